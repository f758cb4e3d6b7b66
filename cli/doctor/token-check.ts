import type { EpochSeconds } from '../../core/instant.ts';
import { isReplica } from '../../core/ledger.ts';
import { formatFailureCode } from '../../core/status.ts';
import { decodeStoredToken } from '../../core/stored-token.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { isDeclaredBy } from '../rotator/credentials.ts';
import { whyClientUnknown } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { type CredentialState, credentialState } from '../view/credential-state.ts';
import { formatDuration } from '../view/durations.ts';
import { nextCommand, resumeFix } from '../view/next-command.ts';
import { type Finding, failed, ok, unknown } from './check.ts';
import { explain } from './explain.ts';
import { renewalAdvice } from './renewal-advice.ts';
import type { Described, Subject } from './subject.ts';

/**
 * Checks that the stored token is renewed in time, and how long it lasts.
 *
 * @param value the token secret's, which may be needed. @default it is not read
 */
export async function tokenFinding(
  described: Described,
  value?: Subject['value'] | undefined,
): Promise<Finding> {
  const { client, token, session, rotator, name } = described;
  const secrets = await Promise.all([client, token]);
  const [clientSecret, tokenSecret] = secrets.map((secret) =>
    secret?.deletedAt === undefined && !isReplica(secret, rotator.region) ? secret : undefined,
  );
  const context = { now: session.now(), tick: rotator.tick, digest: session.digest };
  const clientMayBeElsewhere = rotator.clientSecrets === undefined;
  const isDeclared = isDeclaredBy(rotator, name, { client: clientSecret, token: tokenSecret });
  const pair = { client: clientSecret, token: tokenSecret, clientMayBeElsewhere, isDeclared };
  const credential = credentialState(name, pair, context);
  const expiry = await expiryOf(credential, tokenSecret, { session, value });
  return await findingOf(described, credential, expiry);
}

async function findingOf(
  described: Described,
  credential: CredentialState,
  expiry: Expiry,
): Promise<Finding> {
  const { session, rotator } = described;
  const { options } = session;
  const now = session.now();
  const { name, state, failure, paused } = credential;
  const life = lifeText(expiry, now);
  const why = whyClientUnknown(rotator);
  const lacksCredential = state === 'empty' || failure?.code === 'ERR_CREDENTIAL_MISSING';
  if (why !== undefined && lacksCredential) return unknown(`${life}; ${why.message}`, why.fix);
  if (failure !== undefined) {
    const { words, fix } = await explain(described, failure);
    return failed(`${words} (${formatFailureCode(failure)}); ${life}`, fix);
  }
  if (expiry === 'unreadable' || expiry === 'unread') return unknown(life);
  const renew = nextCommand(`renew ${name}`, options);
  if (expiry === 'no token') return failed(life, await renewalAdvice(described));
  const isExpired = expiry !== undefined && expiry <= now;
  if (paused) {
    return isExpired ? failed(life, resumeFix(name, options)) : ok(`paused; ${life}`);
  }
  if (isExpired) return failed(life, renew);
  if (state === 'overdue') return failed(`overdue for renewal; ${life}`, renew);
  if (state === 'empty') return unknown('no token yet: no credential is stored');
  if (expiry === undefined) return unknown(`${state}; ${life}`);
  return ok(`${state === 'foreign' ? 'stored by hand or by a rotation' : state}; ${life}`);
}

type Expiry = EpochSeconds | 'no token' | 'unreadable' | 'unread' | undefined;

interface ExpirySources {
  readonly session: Session;
  /** The token secret's, if it may be read. */
  readonly value: Subject['value'] | undefined;
}

/** A version id that is not the rotator's own does not show the expiry; then the value is read. */
async function expiryOf(
  { token }: CredentialState,
  secret: Secret | undefined,
  { session: { now, signal }, value }: ExpirySources,
): Promise<Expiry> {
  if (token !== undefined) return token.expiresAt;
  if (secret?.currentVersionId === undefined) return undefined;
  if (value === undefined) return 'unread';
  try {
    const found = await value;
    return (found && decodeStoredToken(found.value.reveal(), now())?.expiresAt) ?? 'no token';
  } catch (error) {
    if (error instanceof CliError && !signal.aborted) return 'unreadable';
    throw error;
  }
}

function lifeText(expiry: Expiry, now: EpochSeconds): string {
  if (expiry === undefined) return 'no token yet';
  if (expiry === 'no token') return 'the stored value is not a token';
  if (expiry === 'unreadable') {
    return 'only its value shows the expiry, and you are not authorized to read it';
  }
  if (expiry === 'unread') return 'only its value shows the expiry, which was not read';
  const left = expiry - now;
  return left > 0 ? `${formatDuration(left)} left` : `expired ${formatDuration(left)} ago`;
}
