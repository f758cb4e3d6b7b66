import pMap from 'p-map';
import { type Force, isSettled, unforced } from '../../core/decision.ts';
import { RotatorError } from '../../core/errors.ts';
import { keptError } from '../../core/kept-error.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { secretNames } from '../../core/secret-name.ts';
import { logFailure } from '../steps/log-failure.ts';
import { renewCredential } from '../steps/renew-credential.ts';
import type { Report, Run } from '../steps/run.ts';

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
 * In: credentials whose client secret has a new value. Reports their outcomes.
 *
 * Nobody waits for the result. A token that the budget allows only later is no failure while the
 * stored one is good: the first tick after that renews it.
 */
export async function renewChanged(
  run: Run,
  credentials: readonly string[],
  report: Report,
): Promise<void> {
  await pMap(
    credentials.entries(),
    async ([place, credential]) => {
      const outcome = await renewCredential(run, credential);
      const isLater = outcome.reason === 'over-budget' && outcome.error === undefined;
      report(isLater ? outcome : judge(run, outcome, unforced), place);
    },
    { concurrency: run.config.concurrency },
  );
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
