import { describe, expect, it } from 'vitest';
import { hostOf, hostOfStage, isBlank, scopesOf, secretsOf } from '../../core/credential-values.ts';
import { unwrapped } from '../../core/file-levels.ts';

describe('scopesOf', () => {
  it.each<[unknown, readonly unknown[]]>([
    [undefined, []],
    ['openid, AdobeID profile', ['openid', 'AdobeID', 'profile']],
    [' openid,,AdobeID ', ['openid', 'AdobeID']],
    [
      ['openid', 7, 'a,b'],
      ['openid', 7, 'a', 'b'],
    ],
    ['["openid", "AdobeID"]', ['openid', 'AdobeID']],
    [' [ openid , AdobeID ] ', ['openid', 'AdobeID']],
    ['x[openid, AdobeID]', ['x[openid', 'AdobeID]']],
    ['[openid, AdobeID]x', ['[openid', 'AdobeID]x']],
    ['[openid', ['[openid']],
    [true, [true]],
  ])('reads %j', (value, scopes) => {
    expect(scopesOf(value)).toEqual(scopes);
  });
});

describe('secretsOf', () => {
  it.each<[unknown, readonly unknown[]]>([
    ['p8e-a', [['secret', 'p8e-a']]],
    [' ["p8e-a"] ', [['secret[0]', 'p8e-a']]],
    [
      '[ p8e-a , p8e-b ]',
      [
        ['secret[0]', 'p8e-a'],
        ['secret[1]', 'p8e-b'],
      ],
    ],
    [
      ['p8e-a', 7],
      [
        ['secret[0]', 'p8e-a'],
        ['secret[1]', 7],
      ],
    ],
    ['p8e-[', [['secret', 'p8e-[']]],
  ])('names each secret in %j', (value, found) => {
    const entries = secretsOf('secret', value);
    expect(entries.map((entry) => [entry.field, entry.value])).toEqual(found);
  });

  it('takes the notes that are texts', () => {
    const entry = {
      client_secret: 'p8e-a',
      uuid: 'u',
      created_at: 7,
      retired_at: null,
      other: 'x',
    };
    expect(secretsOf('secrets', [entry])).toEqual([
      { value: 'p8e-a', field: 'secrets[0]', notes: { uuid: 'u' } },
    ]);
  });
});

describe('hostOf', () => {
  it.each<[unknown, unknown]>([
    ['ims-na1.adobelogin.com', 'ims-na1.adobelogin.com'],
    [' IMS-na1.adobelogin.com ', 'ims-na1.adobelogin.com'],
    ['https://ims-na1.adobelogin.com', 'ims-na1.adobelogin.com'],
    [' https://IMS-NA1.adobelogin.com/ims/token/v3 ', 'ims-na1.adobelogin.com'],
    ['HTTPS://ims-na1.adobelogin.com:443?x', 'ims-na1.adobelogin.com'],
    ['https://ims-na1.adobelogin.com#x', 'ims-na1.adobelogin.com'],
    // Not a URL of that host, so that the check of hosts refuses it.
    ['x https://ims-na1.adobelogin.com/', 'x https://ims-na1.adobelogin.com/'],
    ['https://ims-na1.adobelogin.com:444/', 'https://ims-na1.adobelogin.com:444/'],
    ['https://a@ims-na1.adobelogin.com', 'https://a@ims-na1.adobelogin.com'],
    ['prod', 'ims-na1.adobelogin.com'],
    [' Stage ', 'ims-na1-stg1.adobelogin.com'],
    [7, 7],
  ])('is %j for %j', (value, host) => {
    expect(hostOf(value)).toBe(host);
  });

  it('knows the environments of Adobe alone', () => {
    expect(hostOfStage('staging')).toBe('ims-na1-stg1.adobelogin.com');
    expect(hostOfStage('qa')).toBeUndefined();
    expect(hostOfStage(undefined)).toBeUndefined();
  });
});

it.each([
  [' \t', true],
  [[], true],
  ['a', false],
  [[''], false],
  [undefined, false],
  [{}, false],
])('%j says nothing: %j', (value, blank) => {
  expect(isBlank(value)).toBe(blank);
});

describe('unwrapped', () => {
  const wrapped = (times: number): string =>
    Array.from({ length: times }).reduce<string>((text) => JSON.stringify(text), 'a');

  it('reads JSON within JSON text, four times at most', () => {
    expect(unwrapped(wrapped(4))).toBe('a');
    expect(unwrapped(wrapped(5))).toBe('"a"');
    expect(unwrapped(' \n{"a": 1}')).toEqual({ a: 1 });
  });

  it.each(['a {"b": 1}', '12', 'true', '{', '"'])('keeps %j', (text) => {
    expect(unwrapped(text)).toBe(text);
  });
});
