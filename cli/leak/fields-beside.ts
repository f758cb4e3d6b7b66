import type { UnderstoodCredential } from '../../core/credential.ts';
import { otherFields } from '../../core/credential-document.ts';
import { levelsOf, unwrapped } from '../../core/file-levels.ts';
import { revealAll } from '../../core/sensitive.ts';
import { plainText } from '../../core/text.ts';

// A project file of Adobe's may hold other credentials, and the keys of Adobe I/O Runtime.
const secretWords =
  /\b(?:secrets?|passwords?|passwd|passphrase|pwd|tokens?|authorization|apikey|(?:api|private|signing|shared|encryption) keys?)\b|^auth$/;
const publicWords = /\b(?:endpoint|type|ur[il]|method|scopes?)\b/;

/** The names of the fields that hold something else than the credential, which may be secret. */
export function fieldsBeside(
  text: string,
  { entries }: Pick<UnderstoodCredential, 'entries'>,
): readonly string[] {
  const own = new Set(revealAll(entries.map(({ secret }) => secret)));
  return [...new Set([...otherFields(text), ...secretFields(text, own)])];
}

/** The fields in JSON that are called so, at whatever depth. */
function secretFields(text: string, own: ReadonlySet<string>): readonly string[] {
  return levelsOf(unwrapped(plainText(text)))
    .flatMap(({ fields }) => fields)
    .filter(({ words }) => secretWords.test(words) && !publicWords.test(words))
    .filter(({ value }) => [value].flat().some((one) => isOther(one, own)))
    .map(({ key }) => key);
}

function isOther(value: unknown, own: ReadonlySet<string>): boolean {
  if (typeof value !== 'string') return false;
  const text = value.trim();
  return text !== '' && !own.has(text);
}
