import { decide, type Reason } from '../../core/decision.ts';
import { formatInstant } from '../../core/instant.ts';
import { observeMetadata } from '../../core/observation.ts';
import { hasOpenAnswer, leakedVersion } from '../../core/open-answer.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { Renewals } from '../rotator/renewal.ts';
import { isImported } from '../rotator/rotator.ts';
import { explainFailure } from '../view/failure.ts';
import type { Answer } from './answer.ts';
import { mintHere, type Source } from './mint-here.ts';
import { noteReplicas } from './note-replicas.ts';
import { assertCurrent } from './store-current.ts';
import {
  type CurrentToken,
  currentVersionOf,
  isMintedFrom,
  readCurrentToken,
} from './stored-token.ts';

// The function refuses these renewals to everybody. A leak is no time to wait.
const overridden: Partial<Record<Reason, string>> = {
  paused: 'the credential is paused',
  'over-budget': "the function's budget of requests is used up",
  'backing-off': 'the function waits after a failure',
};

const refusals: Readonly<Record<string, Reason>> = {
  ERR_PAUSED: 'paused',
  ERR_MINT_BUDGET_SPENT: 'over-budget',
  ERR_BACKING_OFF: 'backing-off',
};

// The wait between them is for reads that do not yet show the last write.
const attempts = 3;

/** Has a token minted from the new client secret, unless the stored one is. */
export async function renewFromNewSecret(answer: Answer, source: Source): Promise<CurrentToken> {
  const isDone = async (): Promise<boolean> => {
    const versionId = await currentVersionOf(answer);
    if (versionId === undefined) return false;
    if (!(await isMintedFrom(answer, versionId, source.clientVersionId))) return false;
    const { token } = await readCurrentToken(answer);
    return token.expiresAt > answer.session.now();
  };
  return await renewUntil(answer, source, { isDone, force: false });
}

/** Has the leaked token replaced. @param before the versions that may hold it */
export async function replaceToken(
  answer: Answer,
  source: Source,
  before: ReadonlySet<string>,
): Promise<CurrentToken> {
  const isDone = async (): Promise<boolean> => {
    const versionId = await currentVersionOf(answer);
    return versionId !== undefined && !before.has(versionId);
  };
  return await renewUntil(answer, source, { isDone, force: true });
}

interface Wanted {
  readonly isDone: () => Promise<boolean>;
  readonly force: boolean;
}

async function renewUntil(answer: Answer, source: Source, wanted: Wanted): Promise<CurrentToken> {
  const { steps, session } = answer;
  const { isDone } = wanted;
  const renewed = await steps.run<CurrentToken>('renew the token', async () => {
    let did = 'the stored token is new already';
    for (let attempt = 1; !(await isDone()); attempt += 1) {
      if (attempt > 1) {
        await assertCurrent(answer, source.clientVersionId);
        if (attempt > attempts) throw notRenewed();
        await session.sleep(2);
      }
      // A token that somebody has stored by hand is fresh to the function.
      did = await renew(answer, source, wanted, wanted.force || attempt > 1);
    }
    const current = await readCurrentToken(answer);
    return [`${did}; it expires at ${formatInstant(current.token.expiresAt)}`, current];
  });
  await noteReplicas(answer);
  return renewed;
}

function notRenewed(): CliError {
  const text = 'the function reports a renewal, but the stored token is not a new one';
  return new CliError('ERR_TOKEN_NOT_READY', text, 'find out who else stores tokens there');
}

/** The function renews; what it refuses in ordinary times, this command does. */
async function renew(
  answer: Answer,
  source: Source,
  wanted: Wanted,
  force: boolean,
): Promise<string> {
  const { session, rotator, name, names, token } = answer;
  const secret = await session.secrets.describe(token.arn);
  const from = secret?.currentVersionId;
  // Any function can claim to import a client secret, and would get a token of it in its own secret.
  const mayMint = !isImported(names);
  const mint = async (why: string): Promise<string> => {
    await mintHere(answer, source, from);
    return `minted a token on this machine and stored it: ${why}, which a leak overrides`;
  };
  try {
    const refused = mayMint && overridden[reasonFor(answer, source, secret, force)];
    if (refused) return await mint(refused);
    const {
      outcome,
      code = '',
      message = '',
    } = await new Renewals(session, rotator).renew(name, force);
    if (outcome !== 'failed') return 'had the function renew the token';
    const reason = refusals[code];
    const why = reason && overridden[reason];
    if (mayMint && why !== undefined) return await mint(why);
    // Nothing tries this one again by itself.
    const fix =
      code === 'ERR_TOKEN_UNAVAILABLE'
        ? 'try again; if it lasts, check https://status.adobe.com'
        : explainFailure({ code }, name, session.options).fix;
    throw new CliError(code as CliError['code'], message, fix);
  } catch (error) {
    // Another run was faster, or an answer was lost.
    const isOther = error instanceof CliError && error.code !== 'ERR_INTERRUPTED';
    if (isOther && (await wanted.isDone())) {
      return 'the token is renewed';
    }
    throw wanted.force ? await afterSecret(answer, error) : error;
  }
}

/** Where the stored client secret is the fault, an answer to its leak that is open comes first. */
export async function afterSecret(
  { session, client, answering }: Answer,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof CliError) || error.fix?.includes('put-credential') !== true) return error;
  const secret = await session.secrets.describe(client.arn).catch(() => undefined);
  if (secret === undefined || !hasOpenAnswer(secret)) return error;
  const { code, message, cause } = error;
  return new CliError(
    code,
    message,
    `complete the answer to the leak of the client secret: ${answering(leakedVersion(session.digest, secret))}`,
    { cause },
  );
}

/** The function's own decision. A request that it refuses fails the invocation, and raises an alarm. */
function reasonFor(
  { session: { now, digest }, rotator, name, client }: Answer,
  { clientVersionId }: Source,
  secret: Secret | undefined,
  force: boolean,
): Reason {
  const context = { credential: name, now: now(), tick: rotator.tick, digest };
  const version = { arn: client.arn, versionId: clientVersionId };
  return decide(observeMetadata(context, secret, version), { force }).reason;
}
