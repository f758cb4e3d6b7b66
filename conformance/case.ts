import assert from 'node:assert/strict';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Scratch } from './scratch.ts';

/** The client and the secrets that a case uses. */
export interface Subject {
  readonly client: SecretsManagerClient;
  readonly scratch: Scratch;
  /**
   * Repeats a check until it passes, because ListSecrets may lag, and a rotation runs in the background.
   * The last failure is thrown.
   */
  readonly eventually: (check: () => Promise<void>) => Promise<void>;
  readonly extras: Extras;
}

/** Things that some cases need beside the endpoint. Without them, these cases are skipped. */
export interface Extras {
  /** The ARN of `rotation-function.ts`, which Secrets Manager may invoke. */
  readonly rotationFunction?: string | undefined;
  /** Another Region, for replicas. */
  readonly replica?: { readonly region: string; readonly client: SecretsManagerClient } | undefined;
  /** A client whose principal may do nothing. */
  readonly denied?: SecretsManagerClient | undefined;
  /** A client with an access key that does not exist. */
  readonly stranger?: SecretsManagerClient | undefined;
  /** The ARN of a KMS key that is disabled. */
  readonly disabledKey?: string | undefined;
}

/** A case cannot be run at this endpoint; the message says why. */
export class Skipped extends Error {}

/** @throws Skipped if it is absent */
export function needed<Extra>(extra: Extra | undefined, option: string): Extra {
  if (extra === undefined) throw new Skipped(`needs ${option}`);
  return extra;
}

/** One behaviour of Secrets Manager that the project relies on. */
export interface Case {
  /** A sentence about the behaviour. */
  readonly title: string;
  /** The page of AWS, or the answer recorded on AWS, that it comes from. */
  readonly source: string;
  readonly run: (subject: Subject) => Promise<void>;
}

/** The page of AWS about an operation. */
export function aws(operation: string): string {
  return `https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_${operation}.html`;
}

/** A page of the user's guide. */
export function guide(page: string): string {
  return `https://docs.aws.amazon.com/secretsmanager/latest/userguide/${page}.html`;
}

/** A test of LocalStack, whose snapshot is recorded on AWS. */
export function localstack(test: string): string {
  return `https://github.com/localstack/localstack/blob/main/tests/aws/services/secretsmanager/test_secretsmanager.py ${test}`;
}

/** A test of moto that was run on AWS. */
export function moto(test: string, file = 'test_secretsmanager.py'): string {
  return `https://github.com/getmoto/moto/blob/master/tests/test_secretsmanager/${file} ${test}`;
}

/** @throws AssertionError unless the call fails with the error of this name and message */
export async function refuses(
  call: Promise<unknown>,
  name: string,
  message: string | RegExp = /./,
): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error, `succeeds instead of failing with ${name}`);
  assert.equal(error.name, name, `fails with ${error.name} instead of ${name}: ${error.message}`);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
}

/** @throws AssertionError unless each call fails with the error of this name and message */
export async function refusesAll(
  calls: readonly Promise<unknown>[],
  name: string,
  message: string | RegExp,
): Promise<void> {
  await Promise.all(calls.map((call) => refuses(call, name, message)));
}
