import type { GenericSchema, InferOutput } from 'valibot';
import type { Principal } from '../wire/caller.ts';
import type { HttpRequest } from '../wire/http-server.ts';
import type { Protocol } from '../wire/protocol.ts';
import { parseRequest } from '../wire/request-schema.ts';
import type { Account } from './account.ts';

/** The account, the caller and the time of a call. */
export interface Circumstances {
  readonly account: Account;
  readonly caller: Principal;
  readonly accessKeyId: string;
  /** In milliseconds. */
  readonly now: number;
}

/** A parsed request, ready to be authorized and carried out. */
export interface PreparedOperation {
  /** The resource that policies see: an ARN or `*`. Undefined if the call cannot be denied. */
  readonly resource: string | undefined;
  readonly perform: () => object;
}

export type Operation = (circumstances: Circumstances, input: unknown) => PreparedOperation;

/** An emulated AWS service. */
export interface AwsService {
  /** The name in IAM actions, for example `cloudwatch`. */
  readonly name: string;
  /** The protocol, or that of a request where the service has several. */
  readonly protocol: Protocol | ((request: HttpRequest) => Protocol);
  readonly operations: ReadonlyMap<string, Operation>;
  /** This service's type and status for errors that all services have. */
  readonly errors?: Readonly<Record<string, readonly [type: string, status: number]>> | undefined;
}

/** @param resourceOf the resource that policies see */
export function operation<Schema extends GenericSchema>(
  schema: Schema,
  resourceOf: (
    request: InferOutput<Schema>,
    circumstances: Circumstances,
  ) => PreparedOperation['resource'],
  perform: (circumstances: Circumstances, request: InferOutput<Schema>) => object,
): Operation {
  return (circumstances, input) => {
    const request = parseRequest(schema, input);
    return {
      resource: resourceOf(request, circumstances),
      perform: () => perform(circumstances, request),
    };
  };
}

/** The `resourceOf` of operations that are not about a single resource. */
export function anyResource(): '*' {
  return '*';
}
