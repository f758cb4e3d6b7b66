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
  if (key === 'all') return matchesWords(value);
  if (key === 'description') {
    const prefix = value.toLowerCase();
    return ({ description }) => description?.toLowerCase().startsWith(prefix) ?? false;
  }
  return (secret) => attributes[key](secret).some((attribute) => attribute.startsWith(value));
}

const attributes = {
  name: ({ name }) => [name],
  'tag-key': ({ tags }) => tags.map(({ Key }) => Key),
  'tag-value': ({ tags }) => tags.map(({ Value }) => Value),
  'primary-region': ({ primaryRegion }) => present(primaryRegion),
  'owning-service': ({ owningService }) => present(owningService),
} satisfies Partial<Record<Filter['Key'], (secret: Secret) => string[]>>;

/** True if each word of the value starts a word of some attribute; case does not matter. */
function matchesWords(value: string): Test {
  const wanted = words(value);
  return (secret) => {
    const present = [
      ...Object.values(attributes).flatMap((attribute) => attribute(secret)),
      secret.description ?? '',
    ].flatMap(words);
    return wanted.every((word) => present.some((other) => other.startsWith(word)));
  };
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function present(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}
