import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { type SecretKind, secretName, tagKeys } from '../../core/contract.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import type { ClientCredentialsGrant, TokenEndpoint } from '../../core/ports.ts';
import type { TokenResponse } from '../../core/token-response.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import type { Run } from '../../lambda/steps/run.ts';
import {
  type Parts,
  plainClient,
  seedCredential,
  seedDueCredential,
  startParts,
} from './start-parts.ts';

/** Starts the parts with the credential `fusion`, which has no token yet. */
export async function startCredential(
  tags: Readonly<Record<string, string>> = {},
  ...options: Parameters<typeof startParts>
): Promise<Parts> {
  const parts = await startParts(...options);
  seedCredential(parts, 'fusion', tags);
  return parts;
}

/** Starts the parts with the credential `fusion`, whose stored token has 60 seconds left. */
export async function startDueCredential(
  ...options: Parameters<typeof startParts>
): Promise<Parts> {
  const parts = await startParts(...options);
  seedDueCredential(parts, 'fusion');
  return parts;
}

/** The name of one of a credential's secrets. */
export function secretId(credential: string, kind: SecretKind): string {
  return secretName('ims-token-rotator/prod', credential, kind);
}

/** Stores a value as the current version of a token secret, as somebody would by hand. */
export async function putToken(
  parts: Parts,
  credential: string,
  value: object | string,
): Promise<void> {
  const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
  await plainClient(parts).send(
    new PutSecretValueCommand({ SecretId: secretId(credential, 'token'), SecretString }),
  );
}

/** Stores a new version of a client secret. */
export function storeCredential(
  { secretsManager }: Parts,
  credential: string,
  document: object,
): void {
  const secretString = JSON.stringify(document);
  secretsManager.seed({ name: secretId(credential, 'client'), secretString });
}

export async function setTag(
  parts: Parts,
  credential: string,
  Key: string,
  Value: string,
): Promise<void> {
  await plainClient(parts).send(
    new TagResourceCommand({ SecretId: secretId(credential, 'token'), Tags: [{ Key, Value }] }),
  );
}

/** The status tag of a credential's token secret. */
export async function statusOf(parts: Parts, credential = 'fusion'): Promise<string | undefined> {
  const { Tags = [] } = await plainClient(parts).send(
    new DescribeSecretCommand({ SecretId: secretId(credential, 'token') }),
  );
  return Tags.find(({ Key }) => Key === tagKeys.status)?.Value;
}

/** The calls that Secrets Manager has received, by action. */
export function actionsOf({ secretsManager }: Pick<Parts, 'secretsManager'>): readonly string[] {
  return secretsManager.calls.map(({ action }) => action);
}

/** The values that are written to a tag from now on. */
export function writesOfTag({ secretsManager }: Parts, key: string): readonly string[] {
  const values: string[] = [];
  const when = ({ action, body }: Call): boolean => {
    const tags = (body['Tags'] ?? []) as readonly {
      readonly Key: string;
      readonly Value: string;
    }[];
    if (action === 'TagResource') {
      values.push(...tags.flatMap(({ Key, Value }) => (Key === key ? [Value] : [])));
    }
    return false;
  };
  secretsManager.faults.inject({ kind: 'latency', ms: 0 }, { when });
  return values;
}

/** How often a token secret's value was read. */
export function tokenReads({ secretsManager }: Parts, credential = 'fusion'): number {
  const name = secretId(credential, 'token');
  return secretsManager.calls.filter(
    ({ action, secretName: read }) => action === 'GetSecretValue' && read === name,
  ).length;
}

/** Secrets Manager with some of its calls replaced. */
export function replacing<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, key) => {
      const method: unknown = Reflect.get(methods, key) ?? Reflect.get(target, key);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}

/** For a fault: hits every call of an action. */
export function callsOf(wanted: string): (call: Call) => boolean {
  return ({ action }) => action === wanted;
}

/** IMS, with token requests handled by `intercept`; `send` sends one to IMS after all. */
export function interceptIms(
  parts: Parts,
  intercept: (
    grant: ClientCredentialsGrant,
    send: () => Promise<TokenResponse>,
  ) => Promise<TokenResponse>,
): TokenEndpoint {
  const { tokenEndpoint } = parts.run();
  return {
    validate: tokenEndpoint.validate.bind(tokenEndpoint),
    request: (grant, signal) => intercept(grant, () => tokenEndpoint.request(grant, signal)),
  };
}

/** An instant of the parts' clock, in RFC 3339. */
export function instantIn({ clock }: Parts, seconds: number): string {
  return new Date((clock.seconds + seconds) * 1000).toISOString();
}

/** A run that works on one credential after the other. */
export function oneAtATime(parts: Parts): Run {
  const run = parts.run();
  return { ...run, config: { ...run.config, concurrency: 1 } };
}

/**
 * A clock that is ten minutes ahead until the token's value has been read. The budget then allows a
 * mint, although the token is issued at the instant of the one before, and so is the same.
 */
export function pastTheBudget(parts: Parts): () => EpochSeconds {
  let isRead = false;
  parts.secretsManager.faults.inject(
    { kind: 'latency', ms: 0 },
    {
      when: (call) => {
        isRead ||= call.action === 'GetSecretValue' && /\/token\b/.test(call.secretId ?? '');
        return false;
      },
    },
  );
  return () => epochSeconds(parts.clock.seconds + (isRead ? 0 : 600));
}
