import { describe, expect, it } from 'vitest';
import { parseCredential, understandCredential } from '../../core/credential.ts';

// None of them looks like a client secret of Adobe's.
const secrets = [
  '0123456789abcdef0123456789abcdef',
  '8f14e45f-ceea-467f-a8d2-0123456789ab',
  'correcthorsebatterystaple',
];

const documentOf = (secret: string) => ({
  client_id: 'the-client-id',
  client_secret: secret,
  scope: 'openid',
});

const messageOf = (document: object): string => {
  try {
    parseCredential(JSON.stringify(document));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

describe.each(secrets)('a client secret that looks like anything else: %s', (secret) => {
  it.each([
    ['client_id', secret],
    ['org_id', `${secret.toUpperCase()}@AdobeOrg`],
    ['scope', `openid,${secret}`],
    ['credential_id', secret],
    ['ims_host', `${secret}.adobelogin.com`],
  ])('is found in another field, and not shown: %s', (field, value) => {
    const message = messageOf({ ...documentOf(secret), [field]: value });
    expect(message).toContain(`: ${field}`);
    expect(message).toMatch(/ holds the client secret$/);
    expect(message.toLowerCase()).not.toContain(secret);
  });

  it('is not shown as the name of its credential, nor of one of several', () => {
    const [document, other] = [documentOf(secret), { ...documentOf('p8e-x'), name: 'Other' }];
    const named = { ...document, name: secret };
    expect(understandCredential(JSON.stringify(named)).name).toBeUndefined();
    const message = messageOf([{ ...named, client_id: secret }, other]);
    expect(message).toContain('holds 2 credentials: "[0]", "Other"; choose');
  });

  it('is no uuid of itself, which would get into a tag', () => {
    const client_secrets = [{ client_secret: secret, uuid: secret }];
    const document = { client_id: 'the-client-id', client_secrets, scope: 'openid' };
    const { entries } = understandCredential(JSON.stringify(document));
    expect(entries[0]).toMatchObject({ uuid: undefined });
  });
});

it('a digit sequence is found in the number of the organisation', () => {
  const message = messageOf({ ...documentOf('1234567890'), console_org_id: 1_234_567_890 });
  expect(message).toMatch(/: console_org_id holds the client secret$/);
});

it('one of several client secrets is found, and all fields that hold one are named', () => {
  const { client_secret, ...rest } = documentOf('p8e-x');
  const document = {
    ...rest,
    client_secrets: [client_secret, 'the-older-one'],
    org_id: 'the-older-one',
    credential_id: 'the-older-one',
  };
  expect(messageOf(document)).toMatch(
    /: org_id holds the client secret; credential_id holds the client secret$/,
  );
});

it('a short client secret may be in another field by chance, but not be all of it', () => {
  expect(parseCredential(JSON.stringify(documentOf('client'))).clientId).toBe('the-client-id');
  expect(messageOf({ ...documentOf('client'), org_id: 'client' })).toContain('org_id holds');
});

it.each(['scope', 'org_id', 'client_id'])('is found without its prefix in %s', (field) => {
  const secret = 'p8e-abcdefghijklmnop';
  const message = messageOf({ ...documentOf(secret), [field]: 'Abcdefghijklmnop' });
  expect(message).toMatch(new RegExp(`: ${field}(\\[0\\])? holds the client secret$`));
  expect(message.toLowerCase()).not.toContain('abcdefghijklmnop');
});

it('may be in another field without its prefix if the rest is short', () => {
  const scope = 'a-scope-of-15-ch';
  const document = { ...documentOf(`p8e-${scope.slice(1)}`), scope };
  expect(parseCredential(JSON.stringify(document)).scopes).toEqual([scope]);
});
