import { AwsError } from '../wire/errors.ts';

/** A parameter is invalid in itself. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** The request is invalid in the secret's current state. */
export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

/** The secret, version or value does not exist. */
export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

/** The name or version id is already in use. */
export function resourceExists(message: string): AwsError {
  return new AwsError('ResourceExistsException', message);
}

/** The request would exceed a quota. */
export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}

/** The page token was not issued by this list. */
export function invalidNextToken(): AwsError {
  return new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
}
