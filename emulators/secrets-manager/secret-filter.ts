import type { ListSecretsRequest } from './requests.ts';
import type { Secret } from './secret.ts';

type Filter = ListSecretsRequest['Filters'][number];
type Test = (secret: Secret) => boolean;

/** True if a secret passes every filter. One matching value is enough for a filter. */
export function matchesAll(filters: readonly Filter[]): Test {
  const tests = filters.map(({ Key, Values }) => {
    const any = Values.map((value) => testOf(Key, value));
    return (secret: Secret) => any.some((test) => test(secret));
  });
  return (secret) => tests.every((test) => test(secret));
}

function testOf(key: Filter['Key'], value: string): Test {
  if (value.startsWith('!')) {
    const test = testOf(key, value.slice(1));
    return (secret) => !test(secret);
  }
  if (key === 'all') return matchesWords(value, everyAttribute);
  if (key === 'description') return matchesWords(value, ({ description }) => present(description));
  return (secret) => attributes[key](secret).some((attribute) => attribute.startsWith(value));
}

const attributes = {
  name: ({ name }) => [name],
  'tag-key': ({ tags = [] }) => tags.map(({ Key }) => Key),
  'tag-value': ({ tags = [] }) => tags.map(({ Value }) => Value),
  'primary-region': ({ primaryRegion }) => present(primaryRegion),
  'owning-service': ({ owningService }) => present(owningService),
} satisfies Partial<Record<Filter['Key'], (secret: Secret) => string[]>>;

function everyAttribute(secret: Secret): string[] {
  const others = Object.values(attributes).flatMap((attribute) => attribute(secret));
  return [...others, ...present(secret.description)];
}

/** True if each word of the value starts a word of the texts; case does not matter. */
function matchesWords(value: string, textsOf: (secret: Secret) => string[]): Test {
  const wanted = words(value);
  return (secret) => {
    const found = textsOf(secret).flatMap(words);
    const isFound = (word: string): boolean => found.some((other) => other.startsWith(word));
    return wanted.length > 0 && wanted.every(isFound);
  };
}

/**
 * The words of a text. Spaces separate them, one kind of special character, and a capital or digit
 * before a small letter. Two kinds of special characters in one text separate nothing.
 *
 * @see https://github.com/getmoto/moto/blob/master/tests/test_secretsmanager/test_list_secrets.py
 *   `test_with_all_filter_special_characters`, which was run on AWS
 */
function words(text: string): string[] {
  const [separator, another] = new Set(text.match(/[-/_+=.@]/g));
  const parts = another === undefined && separator !== undefined ? text.split(separator) : [text];
  return parts
    .flatMap((part) => part.split(another === undefined ? /\s+|(?=[^a-z\s][a-z])/ : /\s+/))
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

function present(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}
