import type { Sensitive } from '../../core/sensitive.ts';
import { CliError } from '../errors.ts';
import { formatDuration } from '../view/durations.ts';
import { wrapLines } from '../view/table.ts';
import { showVersion } from '../view/version-id.ts';
import { invalidatingAll } from './all-invalidated.ts';
import type { Answer } from './answer.ts';
import { deleteLeaked } from './delete-leaked.ts';
import { invalidate } from './invalidate-tokens.ts';
import type { Source } from './mint-here.ts';
import { type Answered, noteEnd } from './note-end.ts';
import { type OldTokens, type OldTokensAsked, readOldTokens } from './old-tokens.ts';
import { assertNoneOfOthers, type OtherToken, stillValid } from './other-tokens.ts';
import { nothingProved, proveSecrets, proveTokens } from './prove.ts';
import { afterSecret, renewFromNewSecret, replaceToken } from './renew-token.ts';
import { replaceSecret } from './replace-secret.ts';
import { goneState } from './resume-answer.ts';
import { ownerAfter, sourceOf } from './stored-source.ts';
import {
  type CurrentToken,
  isMintedFrom,
  readCurrentToken,
  readTokenInUse,
  type TokenInUse,
} from './stored-token.ts';
import { assertRecognised } from './unreadable.ts';
import { countDown } from './wait-for-caches.ts';

/**
 * Answers the leak of a client secret. The order matters: until the leaked secret is gone, whoever has
 * it mints again; it goes only once a token of the new one is stored; and an earlier token is
 * invalidated only when no consumer uses it any more. Each step looks at what there is, so that a
 * second run does what the first one left.
 *
 * @param wait seconds from the new token until nobody uses an earlier one
 * @returns the credential that has no leak
 */
export async function answerSecretLeak(answer: Answer, wait: number): Promise<Answered> {
  const { steps } = answer;
  const before = await tokensBefore(answer);
  const replaced = await replaceSecret(answer);
  const source = await sourceOf(answer, replaced.versionId);
  await renewFromNewSecret(answer, source);
  if (!replaced.isGone) {
    steps.state = 'the token is renewed; the leaked client secret still works';
  }
  await deleteLeaked(answer, replaced, source);
  // Without one that Adobe lists, only IMS can tell.
  if (replaced.leaked.length > 0) {
    answer.progress.isGone = true;
    steps.state = goneState;
  }
  const current = await settleToken(answer, source, { before, wait });
  const managing = [replaced.own.accessToken];
  const { clientVersionId } = source;
  const tokens = { current, before, managing, clientVersionId };
  const { old, ofOthers, unreadable: token } = await invalidateOld(answer, tokens, source);
  const proof = await steps.run('prove that what has leaked is useless', async () => {
    const proved = await proveSecrets(answer, source);
    const isTested = proved.rejected.length > 0 || replaced.leaked.length > 0;
    if (!isTested) throw await nothingProved(answer);
    answer.progress.isGone = true;
    // Last, because others may change the token in use meanwhile.
    await proveTokens(answer, current, { old, before, clientVersionId });
    const { length } = proved.rejected;
    const left = unproved(proved.unreadable.length + token.length);
    const words = length === 1 ? 'the earlier client secret' : `${length} earlier client secrets`;
    const did = `proved at IMS that it rejects ${words} and ${inWords(old.length)}, and accepts the new token${left}`;
    return [did, proved];
  });
  steps.state = 'what has leaked is useless';
  await noteEnd(answer, source);
  return {
    ...source,
    leaked: proof.rejected,
    storedAt: replaced.storedAt,
    ofOthers,
    unreadable: { client: proof.unreadable, token },
    alsoLeaked: proof.alsoLeaked,
  };
}

/** Answers the leak of a token alone. A second run replaces the token once more, to be certain. */
export async function answerTokenLeak(answer: Answer, wait: number): Promise<Answered> {
  const { steps } = answer;
  // First, so that a renewal in between is not taken for the leaked token.
  const leaked = await readTokenInUse(answer);
  const before = await tokensBefore(answer);
  const source = await sourceOf(answer).catch(async (error: unknown) => {
    throw await afterSecret(answer, error);
  });
  if (leaked === undefined) return noneStored(answer, source);
  const latest = await replaceLeaked(answer, source, leaked, { before, wait });
  const owner = await ownerAfter(answer, source);
  const asked = { current: latest, before, managing: [] };
  const { old, ofOthers, unreadable: token } = await invalidateOld(answer, asked, owner);
  const proof = steps.run('prove that what has leaked is useless', async () => {
    await proveTokens(answer, latest, { old, before });
    assertNoneOfOthers(answer, ofOthers, leaked.versionId);
    assertRecognised(answer, token, leaked.versionId, owner.credential);
    const did = `proved at IMS that it rejects ${inWords(old.length)}, and accepts the new one${unproved(token.length)}`;
    return [did, undefined];
  });
  const failure = await proof.catch((error: unknown) => {
    if (error instanceof CliError && error.code === 'ERR_LEAK_UNPROVEN') return error;
    throw error;
  });
  const unreadable = { client: [], token };
  return { ...owner, ...ofToken, ofOthers, unreadable, failure };
}

const ofToken = { leaked: [], storedAt: undefined, alsoLeaked: [] };

/** A token that was stored before is not known here. */
function noneStored(answer: Answer, source: Source): Answered {
  const text = `${answer.names.token} holds no token, so that none was replaced`;
  const fix = `if one was stored there before, it may be valid: ${invalidatingAll(answer, source.credential.clientId)}`;
  const failure = new CliError('ERR_TOKEN_NOT_READY', text, fix);
  return { ...source, ...ofToken, ofOthers: [], unreadable: { client: [], token: [] }, failure };
}

/** The versions of the token secret, any of which may have leaked. */
async function tokensBefore({ steps, versions, token }: Answer): Promise<ReadonlySet<string>> {
  return await steps.run('list the stored tokens', async () => {
    const ids = (await versions.list(token.arn)).map(({ id }) => id);
    return [
      `listed ${ids.length === 1 ? '1 stored token' : `${ids.length} stored tokens`}`,
      new Set(ids),
    ];
  });
}

interface Waiting {
  /** The versions of the token secret when the answer began. */
  readonly before: ReadonlySet<string>;
  /** Seconds. */
  readonly wait: number;
}

/** Replaces the token, and waits. Whoever moves the label back meanwhile gives out the leaked one. */
async function replaceLeaked(
  answer: Answer,
  source: Source,
  leaked: TokenInUse,
  { before, wait }: Waiting,
): Promise<CurrentToken> {
  for (;;) {
    const current = await replaceToken(answer, source, before);
    if (before.has(current.versionId)) continue;
    if (leaked.accessTokens.includes(current.token.accessToken.reveal())) {
      const text = 'IMS has issued the leaked token again';
      const fix = 'wait until it issues another one, and try again';
      throw new CliError('ERR_LEAK_UNPROVEN', text, fix);
    }
    answer.steps.state = 'the token is replaced; earlier tokens are still valid';
    await waitForConsumers(answer, current, wait, 'begins again, with another token');
    // A later one may have come: nobody uses those before `current` any more.
    const latest = await readCurrentToken(answer);
    if (!before.has(latest.versionId)) return current;
  }
}

/**
 * Waits until nobody uses an earlier token. A run of the function that began before may store one
 * meanwhile, and a consumer may read it: then it is renewed, and the wait begins anew.
 */
async function settleToken(
  answer: Answer,
  source: Source,
  { before, wait }: Waiting,
): Promise<CurrentToken> {
  for (;;) {
    const current = await renewedToken(answer, source);
    await waitForConsumers(answer, current, wait);
    const { versionId } = await readCurrentToken(answer);
    const isLater = !before.has(versionId) || versionId === current.versionId;
    const isNew = await isMintedFrom(answer, versionId, source.clientVersionId);
    if (isLater && isNew) return current;
  }
}

async function renewedToken(answer: Answer, source: Source): Promise<CurrentToken> {
  const current = await readCurrentToken(answer);
  const isNew = await isMintedFrom(answer, current.versionId, source.clientVersionId);
  return isNew ? current : await renewFromNewSecret(answer, source);
}

async function waitForConsumers(
  { steps, ahead, session: { now, sleep, terminal } }: Answer,
  { token: { issuedAt } }: CurrentToken,
  wait: number,
  again = 'goes on later',
): Promise<void> {
  if (wait === 0) {
    const did =
      'did not wait: consumers that still use an earlier token get 401 until they read the new one';
    steps.tell('wait', did);
    return;
  }
  // A token is dated by AWS's clock, or by this one if it was minted here. It is stored by now.
  const until = Math.min(issuedAt + Math.max(0, ahead), now()) + wait;
  const left = until - now();
  if (left > 0) {
    const text = `waiting ${formatDuration(left)} until no consumer uses an earlier token: Ctrl-C ends the wait, and the same command ${again}`;
    terminal.note(...wrapLines(text, 0, terminal.noteColumns));
  }
  await steps.run('wait for the consumers', async (progress) => {
    await countDown(until, { now, sleep, say: (text) => progress.say(text) });
    return [`waited until ${formatDuration(wait)} after the new token`, undefined];
  });
}

interface Tokens extends OldTokensAsked {
  /** Of this command's own, with rights over client secrets. */
  readonly managing: readonly Sensitive[];
}

interface Invalidated extends Pick<OldTokens, 'unreadable'> {
  readonly old: readonly Sensitive[];
  /** Those that were stored before, and that IMS may accept. */
  readonly ofOthers: readonly OtherToken[];
}

async function invalidateOld(
  answer: Answer,
  { managing, ...asked }: Tokens,
  { credential }: Source,
): Promise<Invalidated> {
  const { steps } = answer;
  return await steps.run('invalidate the earlier tokens', async () => {
    const stored = await readOldTokens(answer, asked, credential);
    const { tokens, ofOthers: found, unreadable } = stored;
    const old = [...tokens, ...managing];
    await invalidate(answer, old, credential);
    steps.state = 'earlier tokens are invalidated, which is not proved yet';
    const ofOthers = await stillValid(
      answer,
      found.filter(({ versionId }) => asked.before.has(versionId)),
    );
    const ids = ofOthers.map(({ versionId }) => showVersion(versionId)).join(' and ');
    const others = ids && `; not those of another client, in the versions ${ids}`;
    const own = managing.length === 0 ? '' : ', and the one that this command used at Adobe';
    const did = `invalidated ${inWords(tokens.length)}${own}${others}`;
    return [did, { old, ofOthers, unreadable }];
  });
}

/** @param count of the versions that could not be read */
function unproved(count: number): string {
  if (count === 0) return '';
  return `; not proved of what ${count === 1 ? '1 version holds' : `${count} versions hold`} that could not be read, or not understood`;
}

function inWords(count: number): string {
  return count === 1 ? '1 earlier token' : `${count} earlier tokens`;
}
