import { invalidParameter } from './errors.ts';
import type { Tag } from './secret.ts';

const maxTags = 50;

/**
 * Adds tags. Each replaces one with the same key.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/arg.html#taged-reference-quotas
 * @throws AwsError if a key or value is not allowed, a key is repeated, or there are too many tags
 */
export function addTags(tags: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  for (const { Key, Value } of added) {
    checkKey(Key);
    checkCharacters(Value, 'value');
  }
  const keys = new Set(added.map(({ Key }) => Key));
  if (keys.size < added.length) {
    throw invalidParameter("You can't use the same tag key more than once in a request.");
  }
  const merged = [...tags.filter(({ Key }) => !keys.has(Key)), ...added];
  if (merged.length > maxTags) {
    throw invalidParameter(`A secret can't have more than ${maxTags} tags.`);
  }
  return merged;
}

/** Removes tags. @returns the same list if none of the keys is in it */
export function removeTags(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  for (const key of keys) checkKey(key);
  const left = tags.filter(({ Key }) => !keys.includes(Key));
  return left.length === tags.length ? tags : left;
}

function checkKey(key: string): void {
  if (/^aws:/i.test(key)) {
    throw invalidParameter("Tag keys can't begin with aws:, which is reserved for AWS use.");
  }
  checkCharacters(key, 'key');
}

function checkCharacters(text: string, part: 'key' | 'value'): void {
  if (/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text)) return;
  throw invalidParameter(
    `A tag ${part} has a character other than letters, digits, spaces and _ . : / = + - @`,
  );
}
