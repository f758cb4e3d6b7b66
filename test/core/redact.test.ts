import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactId, redactName } from '../../core/redact.ts';
import { encodings, recasings, split } from '../support/encodings.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const punctuation = '-_.~+/=!@#$%^&*()[]{}|;:,<>?"\'`\\';

const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';

const characters = (alphabet: string, minLength: number) =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength, maxLength: 64 })
    .map((all) => all.join(''))
    .filter((text) => text.replaceAll(/[^A-Za-z0-9]/g, '').length >= 8);

/** Secrets of every make: those of Adobe, letters only, digits only, and with much punctuation. */
const secrets = fc.oneof(
  characters(`${letters}${digits}-_`, 29).map((text) => `p8e-${text}`),
  characters(letters, 8),
  characters(digits, 8),
  characters(`${letters}${digits}${punctuation}`, 10),
);

/** A part of a secret with at least 8 letters and digits, and whatever is between them. */
function partOf(whole: string): fc.Arbitrary<string> {
  const ends = [...whole.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index);
  const most = Math.max(0, ends.length - 8);
  return fc.tuple(fc.nat({ max: most }), fc.nat({ max: most })).map(([first, more]) => {
    const last = Math.min(ends.length - 1, first + 7 + more);
    return whole.slice(ends[first], (ends[last] ?? 0) + 1);
  });
}

const reduced = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '');

/** What a server may say of a secret before it encodes it. */
function saidOf(whole: string): fc.Arbitrary<string> {
  const part = partOf(whole);
  const recase = fc.constantFrom(...recasings);
  const said = [
    part,
    fc.tuple(part, recase).map(([text, change]) => change(text)),
    // Other letters than base64's own would have to be told from it.
    fc
      .tuple(part, fc.constantFrom('', ':', '::'), recase)
      .map(([text, before, change]) => change(Buffer.from(before + text).toString('base64'))),
  ];
  if (reduced(whole).length < 16) return fc.oneof(...said);
  const filler = fc.constantFrom('x', ' and ', '12345');
  return fc.oneof(
    ...said,
    filler.map((between) => [...reduced(whole)].join(between)),
  );
}

// No letters and digits, and none of base64's own characters.
const separators = fc.constantFrom(
  ...[' ', '\n', '\t', '.', ', ', ' | ', ' * ', '::', "' '", '=', '%', '&', '\\', '<', '?', '~'],
  ...['\u0001', '\u0000', '\u200b', '\u00ad', '—', '•', '\u00a0', '\u2028'],
);

const pads = fc.constantFrom(
  ...['', ' ', 'a', 'f0', 'invalid client_secret parameter ', 'The secret is: ', 'got='],
  ...['{"client_secret":"', '"}', '. Try again', ' 2026-01-02T03:04:05Z '],
);

const layer = fc
  .record({
    name: fc.constantFrom('', ...Object.keys(encodings)),
    cut: fc.option(fc.tuple(separators, fc.integer({ min: 1, max: 7 })), { nil: undefined }),
    before: pads,
    after: pads,
  })
  .map(({ name, cut, before, after }) => (text: string) => {
    // It would be read no further.
    if (text.length > 1_000) return text;
    const encoded = (encodings[name] ?? String)(text);
    // Numbers become other ones when they are split, or stand right after a digit.
    const isList = /(?:\d+\W+){7}\d/.test(encoded.slice(0, 1_000).normalize('NFKD'));
    if (isList) return before.replace(/\d$/, '$& ') + encoded + after;
    return before + (cut === undefined ? encoded : split(...cut)(encoded)) + after;
  });

/** A secret, and a text that repeats it under up to four encodings, each split and padded. */
const echoed = secrets.chain((whole) =>
  fc
    .tuple(saidOf(whole), fc.array(layer, { maxLength: 4 }))
    .map(([said, layers]) => ({
      whole,
      text: layers.reduce((text, encode) => encode(text), said),
    }))
    .filter(({ text }) => text.length <= 1_000),
);

describe('a text that repeats a secret', () => {
  it('is dropped as a whole, whatever was done to the secret', () => {
    fc.assert(
      fc.property(echoed, ({ whole, text }) => {
        expect(redact(text, [whole])).toBe('[redacted]');
      }),
      { numRuns: Number(process.env['RUNS'] ?? 5_000) },
    );
  });

  it.each(Object.entries(encodings))('is found in %s', (_, encode) => {
    const one = 'p8e-Zq7+Kx/2Lm=9Vt&4Rw%1Yb"8Nd<3Hs>5';
    expect(redact(`The secret is ${encode(one)}.`, [one])).toBe('[redacted]');
  });

  it.each<[string, string]>([
    ['base64 that has lost its case', btoa(secret).toLowerCase()],
    ['the header of basic authentication', `Basic ${btoa(`the-id:${secret}`)}`],
    ['the same in upper case', btoa(`the-id:${secret}`).toUpperCase()],
    ['letters in between', [...secret].join('x')],
    ['a word in between', [...secret].join(' and ')],
    ['8 of its letters and digits', `It is ...${secret.slice(-8)}`],
    ['8 of its characters', `It is ${secret.slice(1, 9)}`],
    ['two of its parts', `${secret.slice(0, 9)} or ${secret.slice(-9)}`],
    ['a reversed escape', [...encodeURIComponent(secret.replaceAll('Z', '+'))].reverse().join('')],
    ['\\x escapes in a JSON string', JSON.stringify(encodings['\\x escapes']?.(secret))],
    ['form encoding in a JSON string', JSON.stringify(encodings['form encoding']?.(`${secret}"`))],
    ['letters of another alphabet', secret.replaceAll('e', 'е')],
  ])('is found with %s', (_, text) => {
    expect(redact(text, ['another-secret-0', secret])).toBe('[redacted]');
  });

  it('is found in an identifier', () => {
    const id = '3f6f0d4a-9f2b-4f0c-8a51-7c1d2e3f4a5b';
    expect(redactId(id, [secret])).toBe(id);
    expect(redactId(secret.slice(4, 12).toUpperCase(), [secret])).toBe('[redacted]');
    expect(redactId('a\u001b[31m', [secret])).toBe('[redacted]');
  });

  it('is found in the name of an error', () => {
    expect(redactName('AccessDeniedException', [secret])).toBe('AccessDeniedException');
    expect(redactName(`${secret.slice(4)}Exception`, [secret])).toBeUndefined();
    expect(redactName('not a name', [secret])).toBeUndefined();
  });

  it("is found in the form of Adobe's client secrets, whosever it is", () => {
    expect(redactId(`NA1-p8e-another`, [secret])).toBe('[redacted]');
  });

  it('may be what an error is named, whosever it is', () => {
    expect(redactName('Zq7Kx2Lm9Vt4Rw1Yb8', [])).toBeUndefined();
    expect(redactName('Zq7Kx2Lm9Vt4RwException', [])).toBeUndefined();
    expect(redactName('ZqKxLmVtRwYbNdHsJf', [])).toBeUndefined();
    for (const name of [
      'SubnetIPAddressLimitReachedException',
      'InvalidParameterCombinationException',
      'MalformedPolicyDocumentException',
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'TooManyRequestsException',
      'KmsKeyNotFoundException',
      'CloudWatchLogsDeliveryUnavailableException',
      'EC2ThrottledException',
      'CredentialsProviderError',
      'ERR_HTTP2_STREAM_ERROR',
    ]) {
      expect(redactName(name, [])).toBe(name);
    }
  });

  it('is any text when the secret is too short to be recognised', () => {
    expect(redact('Bad Gateway', ['a-b-c-d-e-f-g'])).toBe('[redacted]');
    expect(redact('Bad Gateway', ['a-b-c-d-e-f-g-h'])).toBe('Bad Gateway');
  });
});

/** What Adobe, AWS, proxies and Node.js say. */
const ordinary = [
  'invalid client_secret parameter',
  'invalid client_id parameter',
  'missing client_secret parameter',
  'Invalid scope value',
  'The metascopes in the JWT are not a subset of the metascopes in the binding.',
  'scope additional_info.projectedProductContext is not granted',
  'Client a1b2c3 is not registered for the client_credentials grant (see https://developer.adobe.com/)',
  'Oauth token is not valid',
  'IMS token failed IMS Facade token validation',
  'Api Key is required',
  'Bad Gateway',
  'Too many requests, please retry in 38 seconds',
  '{"error_code":"429050","message":"Too many requests"}',
  'the request’s scope “openid” isn’t allowed…',
  'User: arn:aws:sts::111122223333:assumed-role/fusion/i-1 is not authorized to perform: ' +
    'secretsmanager:GetSecretValue on resource: ims-token-rotator/fusion/token',
  "Secrets Manager can't find the specified secret.",
  'Rate exceeded',
  'connect ECONNREFUSED 127.0.0.1:443',
  'getaddrinfo ENOTFOUND ims-na1.adobelogin.com',
  "Hostname/IP does not match certificate's altnames: Host: ims-na1.adobelogin.com. is not in " +
    "the cert's altnames: DNS:proxy.example.com",
  'Proxy response (407)',
  'unable to verify the first certificate; if the root CA is installed locally, try running ' +
    'Node.js with --use-system-ca',
];

describe('any other text', () => {
  it.each(ordinary)('stays readable: %s', (text) => {
    fc.assert(
      fc.property(secrets, (whole) => {
        expect(redact(text, [whole])).toBe(text.replaceAll(/[^\x20-\x7e]/g, ' '));
      }),
      { numRuns: 50 },
    );
  });

  it('loses what could be another secret, and everything but one short line', () => {
    const text =
      `token eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln, key a1b2c3d4e5f6a7b8c9d0,\n` +
      `scope additional_info.projectedProductContext ${'x '.repeat(200)}`;
    const line = redact(text, [secret]);
    expect(line).toMatch(
      /^token \[redacted\], key \[redacted\], scope additional_info.projectedProductContext x x/,
    );
    expect(line).toHaveLength(200);
  });
});
