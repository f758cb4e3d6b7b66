import type { AwsError } from './errors.ts';
import type { HttpRequest, HttpResponse } from './http-server.ts';

/** The wire protocol of an AWS service. */
export interface Protocol {
  /** @throws AwsError if the request cannot be read */
  read(request: HttpRequest): {
    readonly action: string;
    readonly input: Readonly<Record<string, unknown>>;
  };
  result(action: string, result: object, requestId: string): HttpResponse;
  error(error: AwsError, requestId: string): HttpResponse;
  /** The error for an operation that the service does not have. */
  unknown(action: string): AwsError;
}
