import { readRotationState } from '../../core/client-secret-rotation.ts';
import { isOnlyLent, type LedgerEntry, takePairs } from '../../core/ledger.ts';
import { hasOpenAnswer, leakedVersion, notedAt } from '../../core/open-answer.ts';
import { rotationProgress } from '../../core/rotation-progress.ts';
import type { Digest } from '../../core/token-tags.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { byUrgency, type CredentialState, credentialState } from '../view/credential-state.ts';
import { isCuredByStoring } from '../view/failure.ts';
import { nextCommand } from '../view/next-command.ts';
import { someOf } from '../view/some-of.ts';
import type { Rotator } from './rotator.ts';

/** CloudFormation's own tag, which nobody else can set. */
export const stackTag = 'aws:cloudformation:stack-name';

type Ledger = ReadonlyMap<string, LedgerEntry<Secret>>;

/** A credential's state, and those of its two secrets that are in the list. */
export interface ListedCredential extends CredentialState {
  /** Undefined for one that the stack imports. */
  readonly clientSecret: Secret | undefined;
  readonly tokenSecret: Secret | undefined;
  /** The alarm on overdue rotations is raised because of it. */
  readonly isRotationOverdue: boolean;
}

/**
 * The state of a rotator's credentials, from ListSecrets alone; the most urgent first.
 *
 * @param names only these credentials, each of which must exist
 * @throws CliError ERR_CREDENTIAL_NOT_FOUND
 */
export async function listCredentials(
  session: Session,
  rotator: Rotator,
  names: readonly string[] = [],
): Promise<readonly ListedCredential[]> {
  const all = await readLedger(session, rotator);
  if (all.size === 0 && rotator.function.kind !== 'deployed') {
    throw new CliError(
      'ERR_ROTATOR_NOT_FOUND',
      `no rotator and no secret found under ${rotator.prefix}/`,
      'choose another --region, --profile or --rotator',
    );
  }
  const missing = names.filter((name) => !all.has(name));
  if (missing.length > 0) throw notFound(session, missing, rotator, [...all.keys()]);
  const asked = new Set(names);
  const wanted = names.length === 0 ? all : [...all].filter(([name]) => asked.has(name));
  return [...wanted]
    .map(([name, entry]) => listedCredential(session, rotator, name, entry))
    .sort(byUrgency);
}

/** The state of a credential with these secrets. */
export function listedCredential(
  { now, digest }: Session,
  rotator: Rotator,
  name: string,
  { client: found, token }: LedgerEntry<Secret>,
): ListedCredential {
  const { clientSecrets, tick } = rotator;
  const client = ownClient(rotator, name, found);
  const clientMayBeElsewhere =
    client === undefined && (clientSecrets === undefined || clientSecrets.has(name));
  const isDeclared = isDeclaredBy(rotator, name, { client, token });
  const pair = { client, token, clientMayBeElsewhere, isDeclared };
  const context = { now: now(), tick, digest };
  const state = withLeak(credentialState(name, pair, context), client, digest);
  const progress = rotationProgress(client, now(), rotator.rotating?.has(name));
  const isRotationOverdue = progress === 'overdue';
  return { ...state, clientSecret: client, tokenSecret: token, isRotationOverdue };
}

/**
 * A fresh token does not make up for a leaked client secret that may still work. Whoever stored another
 * credential because IMS rejects this one would leave the rest of the answer to people.
 */
function withLeak(
  state: CredentialState,
  client: Secret | undefined,
  digest: Digest,
): CredentialState {
  const failingSince = notedAt(readRotationState(client?.tags));
  const isOther =
    state.failure !== undefined &&
    state.failure.code !== 'ERR_PAUSED' &&
    !isCuredByStoring(state.failure);
  if (isOther || client === undefined || !hasOpenAnswer(client)) return state;
  const failure = { code: 'ERR_LEAK_UNPROVEN', leakedId: leakedVersion(digest, client) };
  return {
    ...state,
    state: state.state === 'expired' ? 'expired' : 'failing',
    failure,
    failingSince,
  };
}

async function readLedger({ secrets, terminal }: Session, rotator: Rotator): Promise<Ledger> {
  const incomplete = new Map<string, LedgerEntry<Secret>>(
    [...(rotator.clientSecrets?.keys() ?? []), ...rotator.declared].map((name) => [name, {}]),
  );
  const complete: [string, LedgerEntry<Secret>][] = [];
  const progress = terminal.progress('listing secrets');
  try {
    for await (const page of secrets.list(`${rotator.prefix}/`)) {
      complete.push(...takePairs(incomplete, page, rotator));
      progress.say(`listing secrets: ${incomplete.size + complete.length} credentials`);
    }
  } finally {
    progress.end();
  }
  const { clientSecrets = new Map<string, string>(), declared } = rotator;
  const own = [...incomplete].filter(
    ([name, entry]) => !isOnlyLent(name, entry, { clientSecrets, declared }),
  );
  return new Map([...own, ...complete]);
}

/**
 * The client secret, unless the stack imports it. What else is at the credential's own name is then a
 * leftover or somebody else's, and says nothing about the credential.
 */
function ownClient(
  { clientSecrets }: Rotator,
  name: string,
  client: Secret | undefined,
): Secret | undefined {
  return clientSecrets?.has(name) === true ? undefined : client;
}

/** The function's environment says so, or CloudFormation's own tag on a secret. */
export function isDeclaredBy(
  rotator: Rotator,
  name: string,
  { client, token }: LedgerEntry<Secret>,
): boolean {
  const own = [ownClient(rotator, name, client), token];
  const stacks = own.map((secret) => secret?.tags[stackTag]);
  return rotator.declared.has(name) || stacks.some((stack) => stack !== undefined);
}

function notFound(
  { options }: Session,
  missing: readonly string[],
  { prefix }: Rotator,
  known: readonly string[],
): CliError {
  const some = someOf(known.toSorted());
  const onboard = nextCommand('onboard NAME FILE', options);
  return new CliError(
    'ERR_CREDENTIAL_NOT_FOUND',
    `no credential ${missing.join(', ')} under ${prefix}/ (the list may lag up to 5 minutes)`,
    known.length === 0
      ? `onboard it: ${onboard}`
      : `choose one of ${some}, or onboard it: ${onboard}`,
  );
}
