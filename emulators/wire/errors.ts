/** An error answer of the service: its type on the wire, its message and its HTTP status. */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.name = type;
    this.type = type;
    this.status = status;
  }
}

/** A parameter is wrong in itself. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** A parameter is wrong in the present state of the secret. */
export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

/** There is no such secret, version or value. */
export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

/** The name or version id is taken. */
export function resourceExists(message: string): AwsError {
  return new AwsError('ResourceExistsException', message);
}

/** A quota of the service would be exceeded. */
export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}

/** A page is asked for by a token that was not given out. */
export function invalidNextToken(): AwsError {
  return new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
}

/** A member of the request breaks a constraint of the API model. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The request cannot be read. */
export function serializationError(message: string): AwsError {
  return new AwsError('SerializationException', message);
}

/** The service itself failed. */
export function internalError(): AwsError {
  return new AwsError('InternalServiceError', 'An error occurred on the server side.', 500);
}
