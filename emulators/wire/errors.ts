/** An error that an AWS service answers with. */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;
  /** The `Reason` that some errors of Lambda carry. */
  readonly reason: string | undefined;

  constructor(type: string, message: string, status = 400, reason?: string) {
    super(message);
    this.name = type;
    this.type = type;
    this.status = status;
    this.reason = reason;
  }
}

/** A member of the request violates a constraint of the API model. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The request cannot be read. */
export function serializationError(message: string): AwsError {
  return new AwsError('SerializationException', message);
}

/** The operation is unknown. AWS says so without a message. */
export function unknownOperation(status = 400): AwsError {
  return new AwsError('UnknownOperationException', '', status);
}

/** The service itself failed. */
export function internalError(): AwsError {
  return new AwsError('InternalServiceError', 'An error occurred on the server side.', 500);
}
