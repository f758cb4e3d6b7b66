import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCredential } from '../../core/credential.ts';
import { decodeText } from '../../core/text.ts';
import { content, encodings } from '../support/credential-files.ts';

const read = (text: string) => {
  const { clientSecrets, ...rest } = parseCredential(text);
  return { ...rest, clientSecrets: clientSecrets.map((secret) => secret.reveal()) };
};

const expected = {
  clientId: content.clientId,
  clientSecrets: [content.secret],
  scopes: content.scopes,
  orgId: content.orgId,
  imsHost: 'ims-na1.adobelogin.com',
};

describe('a credential file of a family', () => {
  const word = fc
    .stringMatching(/^[a-z]{2,8}$/)
    .filter((text) => !/meta|client|api|ims|org/.test(text));
  const styles: readonly ((words: readonly string[]) => string)[] = [
    (words) => words.join('_'),
    (words) => words.join('_').toUpperCase(),
    (words) => words.join('-'),
    (words) => words.join(' '),
    (words) =>
      words.map((one, at) => (at === 0 ? one : `${one[0]?.toUpperCase()}${one.slice(1)}`)).join(''),
  ];
  const names = {
    id: [
      ['client', 'id'],
      ['api', 'key'],
    ],
    secret: [['client', 'secret'], ['client', 'secrets'], ['secret']],
    scope: [['scope'], ['scopes']],
    org: [
      ['org', 'id'],
      ['ims', 'org', 'id'],
      ['ims', 'org'],
    ],
  };
  const family = fc.record({
    prefix: fc.array(word, { maxLength: 2 }),
    style: fc.constantFrom(...styles),
    id: fc.constantFrom(...names.id),
    secret: fc.constantFrom(...names.secret),
    scope: fc.constantFrom(...names.scope),
    org: fc.constantFrom(...names.org),
    order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    wraps: fc.array(fc.constantFrom('object', 'list', 'text', 'pairs'), { maxLength: 3 }),
    isList: fc.boolean(),
    encoding: fc.constantFrom(...Object.values(encodings)),
  });

  it('is the same credential whatever the names, order, nesting and encoding', () => {
    fc.assert(
      fc.property(family, ({ prefix, style, order, wraps, isList, encoding, ...roles }) => {
        const name = (words: readonly string[]): string => style([...prefix, ...words]);
        const fields: readonly [string, unknown][] = [
          [name(roles.id), content.clientId],
          [name(roles.secret), isList ? [content.secret] : content.secret],
          [name(roles.scope), isList ? content.scopes : content.scopes.join(' ')],
          [name(roles.org), content.orgId],
        ];
        const entries = order.map((at) => fields[at] ?? ['', '']);
        const wrapped = wraps.reduce<unknown>((inner, wrap) => {
          if (wrap === 'object') return { one: inner };
          if (wrap === 'list') return [inner];
          if (wrap === 'pairs') return [{ key: 'one', value: inner }];
          return JSON.stringify(inner);
        }, Object.fromEntries(entries));
        const text = JSON.stringify(wrapped);
        expect(read(decodeText(encoding(text)))).toEqual(expected);
      }),
    );
  });

  it('is the same credential in lines of any quotes, with comments and other variables', () => {
    const quoted: readonly ((value: string) => string)[] = [
      (value) => value,
      (value) => `'${value}'`,
      (value) => JSON.stringify(value),
      (value) => `\`${value}\` # comment`,
    ];
    const starts = ['', 'export ', '  ', 'set ', '$env:'];
    const lines = family.chain((one) =>
      fc.record({
        one: fc.constant(one),
        start: fc.constantFrom(...starts),
        quote: fc.constantFrom(...quoted),
        other: fc.constantFrom('', '# a comment\n', 'PORT=8080\n', '[section]\n'),
      }),
    );
    fc.assert(
      fc.property(lines, ({ one, start, quote, other }) => {
        const name = (words: readonly string[]): string =>
          [...one.prefix, ...words].join('_').toUpperCase();
        const list = JSON.stringify(content.scopes);
        const fields = [
          `${name(one.id)}=${quote(content.clientId)}`,
          `${name(one.secret)}=${quote(one.isList ? `["${content.secret}"]` : content.secret)}`,
          `${name(one.scope)}=${quote(one.isList ? list : content.scopes.join(','))}`,
          `${name(one.org)}=${quote(content.orgId)}`,
        ];
        const text = one.order.map((at) => `${start}${fields[at]}\n`).join(other);
        expect(read(decodeText(one.encoding(text)))).toEqual(expected);
      }),
    );
  });
});
