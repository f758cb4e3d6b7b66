/** An error that the Lambda API answers with; its name is the error type of AWS. */
export class LambdaApiError extends Error {
  readonly status: number;
  readonly reason: string | undefined;

  constructor(name: string, status: number, message: string, reason?: string) {
    super(message);
    this.name = name;
    this.status = status;
    this.reason = reason;
  }
}
