import type { EpochSeconds } from '../../core/instant.ts';
import { isReplica } from '../../core/ledger.ts';
import { decodeStoredToken } from '../../core/stored-token.ts';
import type { Secret } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { type CredentialState, credentialState } from '../view/credential-state.ts';
import { formatDuration } from '../view/durations.ts';
import { explainFailure } from '../view/failure.ts';
import { type Finding, failed, ok, unknown } from './check.ts';
import type { Subject } from './credential-checks.ts';

/** Whether the stored token is as it has to be, and how long it lasts. */
export async function tokenFinding(subject: Subject): Promise<Finding> {
  const { client, token, session, rotator, name } = subject;
  const secrets = await Promise.all([client, token]);
  const [clientSecret, tokenSecret] = secrets.map((secret) =>
    secret?.deletedAt === undefined && !isReplica(secret, rotator.region) ? secret : undefined,
  );
  const outlook = { now: session.now(), tick: rotator.tick, digest: session.digest };
  const pair = { client: clientSecret, token: tokenSecret, clientMayBeElsewhere: !rotator.isKnown };
  const state = credentialState(name, pair, outlook);
  const end = await endOf(state, tokenSecret, session);
  const life = lifeText(end, outlook.now);
  if (state.failure !== undefined) {
    const { words, fix } = explainFailure(state.failure, name);
    return failed(`${words} (${state.failure}); ${life}`, fix);
  }
  if (end === 'unreadable') return unknown(life);
  const renew = `ims-token-rotator renew ${name}`;
  if (end === 'no token') return failed('what is stored is not a token', `${renew} --force`);
  const isOver = end !== undefined && end <= outlook.now;
  if (state.paused) {
    return isOver ? failed(life, `ims-token-rotator resume ${name}`) : ok(`paused; ${life}`);
  }
  if (isOver) return failed(life, renew);
  if (state.state === 'overdue') return failed(`it should have been renewed; ${life}`, renew);
  if (state.state === 'empty') return unknown('there is none yet: no credential was stored');
  if (end === undefined) return unknown(`${state.state}; ${life}`);
  return ok(
    `${state.state === 'foreign' ? 'made by hand or by a rotation' : state.state}; ${life}`,
  );
}

type End = EpochSeconds | 'no token' | 'unreadable' | undefined;

/** Of a token whose version id is not the rotator's own, only the value says when it ends. */
async function endOf(
  state: CredentialState,
  secret: Secret | undefined,
  { secrets, now, signal }: Session,
): Promise<End> {
  if (state.token !== undefined) return state.token.expiresAt;
  if (secret?.currentVersionId === undefined) return undefined;
  try {
    const value = await secrets.read(secret.arn);
    return (value && decodeStoredToken(value.reveal(), now())?.expiresAt) ?? 'no token';
  } catch (error) {
    if (error instanceof CliError && !signal.aborted) return 'unreadable';
    throw error;
  }
}

function lifeText(end: End, now: EpochSeconds): string {
  if (end === undefined) return 'there is none yet';
  if (end === 'no token') return 'what is stored is not a token';
  if (end === 'unreadable') return 'only its value says when it ends, and you may not read that';
  const left = end - now;
  return left > 0 ? `${formatDuration(left)} left` : `it ended ${formatDuration(left)} ago`;
}
