import pMap from 'p-map';
import { type Force, isSettled } from '../../core/decision.ts';
import { RotatorError } from '../../core/errors.ts';
import { keptError } from '../../core/kept-error.ts';
import { isOnlyLent, isReplica, type SecretMetadata } from '../../core/ledger.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { secretNames } from '../../core/secret-name.ts';
import { budget } from '../steps/budget.ts';
import { logFailure } from '../steps/log-failure.ts';
import { renewCredential } from '../steps/renew-credential.ts';
import type { Report, Run } from '../steps/run.ts';
import { withRetries } from '../steps/with-retries.ts';

/** In: credentials that share a client secret, or one by its name. Reports their outcomes. */
export async function renewEach(
  run: Run,
  credentials: readonly string[],
  force: Force,
  report: Report,
): Promise<void> {
  await pMap(
    credentials.entries(),
    async ([place, credential]) => report(await renew(run, credential, force), place),
    { concurrency: run.config.concurrency },
  );
}

/**
 * As `renewEach`, for an event that nobody waits for. It fails only if something begins to fail, as a
 * tick does: a token that is kept on purpose, or for a failure that is known, is no failure. Nothing
 * is reported of a client secret that is only left for others.
 */
export async function renewOnNotice(
  run: Run,
  credentials: readonly string[],
  force: Force,
  report: Report,
): Promise<void> {
  await pMap(
    credentials.entries(),
    async ([place, credential]) => {
      if (credentials.length > 1 && (await isLeftForOthers(run, credential))) return;
      const outcome = await renewCredential(run, credential, force);
      logKept(run, outcome);
      report(outcome, place);
    },
    { concurrency: run.config.concurrency },
  );
}

/** False if too little can be seen: the renewal then tells why. */
async function isLeftForOthers(run: Run, credential: string): Promise<boolean> {
  const { clientSecrets, declared, region } = run.config;
  if (clientSecrets.has(credential) || declared.has(credential)) return false;
  const names = secretNames(run.config, credential);
  const describe = (secretId: string): Promise<SecretMetadata | undefined> =>
    withRetries(run, budget.read, () => run.secrets.describe(secretId, run.signal));
  const [client, token] = await Promise.allSettled([names.client, names.token].map(describe));
  if (client?.status !== 'fulfilled' || token?.status !== 'fulfilled') return false;
  const own = isReplica(token.value, region) ? undefined : token.value;
  return isOnlyLent(credential, { client: client.value, token: own }, run.config);
}

/** Nothing else tells why a token was not renewed. */
function logKept({ config, log }: Run, outcome: CredentialOutcome): void {
  const { credential, reason, error, spent } = outcome;
  if (outcome.outcome !== 'kept' || reason === undefined || error !== undefined) return;
  const why = keptError(reason, secretNames(config, credential), spent);
  if (why === undefined || isSettled(reason)) return;
  log.info('kept', { credential, reason, why: why.message });
}

/**
 * In: one credential, and whether it is forced. Out: its outcome.
 *
 * A caller that names a credential wants a fresh token. Anything else is a failure with a code, and
 * always news to that caller.
 */
export async function renew(
  run: Run,
  credential: string,
  force: Force,
): Promise<CredentialOutcome> {
  return judge(run, await renewCredential(run, credential, force), force);
}

function judge(run: Run, outcome: CredentialOutcome, force: Force): CredentialOutcome {
  if (outcome.error !== undefined) return { ...outcome, isNews: true };
  const error = refusalOf(run, outcome, force);
  if (error === undefined) return outcome;
  const refused: CredentialOutcome = { ...outcome, outcome: 'failed', error, isNews: true };
  logFailure(run.log, refused);
  return refused;
}

/** The error when a kept token does not satisfy the request. */
function refusalOf(
  run: Run,
  { credential, outcome, reason, token, spent }: CredentialOutcome,
  { force, replaces }: Force,
): RotatorError | undefined {
  if (outcome === 'renewed' || reason === undefined) return undefined;
  const names = secretNames(run.config, credential);
  if (!isSettled(reason)) return keptError(reason, names, spent);
  if (force && replaces === undefined) {
    return new RotatorError(
      'ERR_RECENTLY_ISSUED',
      `the token in ${names.token} was issued less than a minute ago; to replace it, name its version`,
    );
  }
  const isUnexpired = token !== undefined && token.expiresAt > run.now();
  return isUnexpired ? undefined : keptError(reason, names);
}
