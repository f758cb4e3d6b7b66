import { hasOpenAnswer } from '../../core/open-answer.ts';
import type { Secret } from '../aws/secret.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { wrapLines } from '../view/table.ts';
import { showVersion } from '../view/version-id.ts';

/** Nobody has to be told in JSON what they have agreed to. */
export function explain(
  { terminal, options }: Session,
  [first = '', ...items]: readonly string[],
  isAgreed: boolean,
): void {
  const isJson = options.json === true;
  if (isJson && isAgreed) return;
  const columns = isJson ? terminal.noteColumns : terminal.columns;
  const lines = [
    ...wrapLines(first, 0, columns),
    ...items.flatMap((item) => hanging(item, columns)),
  ];
  if (isJson) terminal.note(...lines);
  else terminal.print(...lines);
}

/** An item of a list. */
export function hanging(text: string, columns: number | undefined): readonly string[] {
  const [first = '', ...rest] = wrapLines(text, 2, columns);
  return [`- ${first.trimStart()}`, ...rest];
}

interface Taken {
  readonly client: Secret;
  readonly age: number | undefined;
  /** The client secrets in it, as far as it can be read. */
  readonly secrets: number | undefined;
  /** The version that has leaked, if the command names it. */
  readonly versionId: string | undefined;
  /** The version that would count as leaked if it did not. */
  readonly byDefault: string | undefined;
}

interface Explained {
  readonly place: string;
  readonly isTokenOnly: boolean;
  /** The client secret is the rotator's own. */
  readonly isOwn: boolean;
  /** Seconds. */
  readonly wait: number;
  /** The client secret, and for how many seconds its value has been stored; undefined if a token alone has leaked. */
  readonly taken?: Taken | undefined;
}

/** Tells the person who confirms it what an answer to a leak does. */
export function explanation(
  name: string,
  { place, isTokenOnly, isOwn, wait, taken }: Explained,
): readonly string[] {
  const pause =
    wait === 0 ? 'at once' : `after ${formatDuration(wait)} or more, when no consumer uses them`;
  const overriding = isOwn
    ? ', even if the credential is paused or its budget of requests is used up'
    : '';
  const ofSecret = [
    'adds another client secret at Adobe, and stores it without the leaked one;',
    `has a token minted with it${overriding};`,
    deletion(taken?.secrets),
  ];
  const ofToken = [`has the token replaced${overriding};`];
  return [
    `leak of the ${isTokenOnly ? 'token' : 'client secret'} of ${name}, ${place}${takenInWords(taken)}. This`,
    ...(isTokenOnly ? ofToken : ofSecret),
    `invalidates all earlier tokens that are still stored, ${pause};`,
    'proves that it worked. After a failure, it says how to go on.',
  ];
}

/** Whoever has read the value has all that it holds. */
function deletion(secrets = 1): string {
  return secrets === 1
    ? 'deletes the leaked client secret at Adobe for good: whoever else uses it gets no token with it;'
    : `deletes those of the ${secrets} stored client secrets that are still at Adobe, for good, since all have leaked, a retired one, too: whoever else uses one gets no token with it;`;
}

/** A colleague may have replaced the leaked one a moment ago. */
function takenInWords(taken: Explained['taken']): string {
  if (taken === undefined) return '';
  const { client, age, versionId, byDefault } = taken;
  const { currentVersionId: id } = client;
  if (hasOpenAnswer(client)) {
    if (versionId !== undefined && byDefault !== undefined && versionId !== byDefault) {
      return `; an earlier run has begun to answer the leak of version ${showVersion(byDefault)}, which comes first`;
    }
    return '; an earlier run has begun to answer it, and of these steps only those are taken that are left';
  }
  if (id === undefined) return '';
  if (versionId !== undefined && versionId !== id) {
    return `; what version ${showVersion(versionId)} held counts as leaked, and another value that is stored by now stays`;
  }
  const since = age === undefined ? 'now' : `${formatDuration(Math.max(0, age))} ago`;
  return `; what was stored ${since}, in version ${showVersion(id)}, counts as leaked`;
}
