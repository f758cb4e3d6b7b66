import type { GenericSchema, InferOutput } from 'valibot';
import type { Principal } from '../wire/caller.ts';
import type { Protocol } from '../wire/protocol.ts';
import { parseRequest } from '../wire/request-schema.ts';
import type { Account } from './account.ts';

/** What an operation works on. */
export interface Circumstances {
  readonly account: Account;
  readonly caller: Principal;
  readonly accessKeyId: string;
  /** In milliseconds. */
  readonly now: number;
}

/** A request that was read, ready to be authorized and then carried out. */
export interface PreparedOperation {
  /** What policies see: an ARN, or `*`. Without one, nobody can be denied the call. */
  readonly resource: string | undefined;
  readonly perform: () => object;
}

export type Operation = (circumstances: Circumstances, input: unknown) => PreparedOperation;

/** A service of AWS, as far as it is emulated. */
export interface AwsService {
  /** As in the actions of policies, such as `cloudwatch`. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly operations: ReadonlyMap<string, Operation>;
  /** What this service calls errors that all have, and the status it gives them. */
  readonly errors?: Readonly<Record<string, readonly [type: string, status: number]>> | undefined;
}

/** @param resourceOf what policies see; `'*'` for operations that are not about one thing */
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

/** For `operation`, of one that is not about one thing. */
export function anyResource(): '*' {
  return '*';
}
