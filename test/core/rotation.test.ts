import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../core/event.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { Observation } from '../../core/observation.ts';
import { judgePending } from '../../core/rotation.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { encodeStoredToken } from '../../core/stored-token.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { currentToken, digest, hour, now, observed } from '../support/builders.ts';

const importedArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/adobe-AbCdEf';
const naming = {
  prefix: 'ims-token-rotator/prod',
  clientSecrets: new Map([['imported', importedArn]]),
};
const arnOf = (name: string): string =>
  `arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:${name}-AbCdEf`;

const event = {
  Step: 'createSecret',
  SecretId: arnOf('ims-token-rotator/prod/fusion/token'),
  ClientRequestToken: '5f0c9a3e-0000-4000-8000-000000000000',
};

describe("Secrets Manager's event", () => {
  it.each(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])(
    'for %s is understood',
    (Step) => {
      expect(parseEvent({ ...event, Step }, naming)).toEqual({
        action: 'rotate',
        credential: 'fusion',
        kind: 'token',
        step: Step,
        secretId: event.SecretId,
        versionId: event.ClientRequestToken,
      });
    },
  );

  it('may be about a client secret of the rotator', () => {
    const SecretId = arnOf('ims-token-rotator/prod/fusion/client');
    expect(parseEvent({ ...event, SecretId }, naming)).toEqual({
      action: 'rotate',
      credential: 'fusion',
      kind: 'client',
      step: 'createSecret',
      secretId: SecretId,
      versionId: event.ClientRequestToken,
    });
  });

  it('may hold a rotation token, which is never printed, and fields that are not known yet', () => {
    const RotationToken = 'a-rotation-token-of-36-characters-0123';
    const command = parseEvent({ ...event, RotationToken, Later: { than: 'this' } }, naming);
    const { rotationToken } = command as { readonly rotationToken?: Sensitive };
    expect(rotationToken?.reveal()).toBe(RotationToken);
    expect(JSON.stringify(command)).not.toContain(RotationToken);
    expect(parseEvent({ ...event, RotationToken: null }, naming)).toEqual(
      parseEvent(event, naming),
    );
  });

  const own = encodeVersionId(
    { expiresAt: epochSeconds(now + hour), lifetime: hour, fingerprint: 'c0ffee00' },
    digest('x'),
  );

  it.each<[string, object, string]>([
    ['another step', { Step: 'create_secret' }, 'Step must be one of createSecret, setSecret'],
    [
      'a name instead of an ARN',
      { SecretId: 'ims-token-rotator/prod/fusion/token' },
      'SecretId must be the ARN of a secret under ims-token-rotator/prod/; correct the secret',
    ],
    [
      'a secret of another rotator',
      { SecretId: arnOf('ims-token-rotator/prod2/fusion/token') },
      'SecretId must be the ARN of a secret under ims-token-rotator/prod/; correct the secret',
    ],
    [
      'an imported client secret',
      { SecretId: importedArn },
      'SecretId is that of a client secret which imported only imports, and which this function ' +
        'does not rotate; switch its rotation off',
    ],
    [
      'a client secret that is not used, because another one is imported',
      { SecretId: arnOf('ims-token-rotator/prod/imported/client') },
      'SecretId is that of a client secret which imported does not use, and which this function ' +
        'does not rotate; switch its rotation off',
    ],
    ['a short version id', { ClientRequestToken: 'v1' }, 'ClientRequestToken must be a version id'],
    [
      "a version id in the rotator's own form",
      { ClientRequestToken: own },
      'ClientRequestToken must not be of the form that the rotator gives its own versions',
    ],
    [
      'every field invalid',
      { Step: 1, SecretId: 2, ClientRequestToken: 3, RotationToken: 4 },
      'Step must be one of createSecret, setSecret, testSecret, finishSecret; ' +
        'SecretId must be the ARN of a secret; ClientRequestToken must be a version id; ' +
        'RotationToken must be text; accepted are',
    ],
    ['an action as well', { action: 'tick' }, 'Step is not a known field'],
  ])('is rejected with %s', (_, change, message) => {
    expect(() => parseEvent({ ...event, ...change }, naming)).toThrow(
      expect.objectContaining({
        code: 'ERR_EVENT_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('is rejected with nothing but a step, and the error says that a rotation is accepted', () => {
    expect(() => parseEvent({ Step: 'createSecret' }, naming)).toThrow(
      'SecretId is missing; ClientRequestToken is missing; accepted are {"action":"tick"}',
    );
    expect(() => parseEvent({}, naming)).toThrow("the steps of Secrets Manager's rotation");
  });
});

describe('a pending version', () => {
  const pending = (expiresIn: number, imsHost = 'ims-na1.adobelogin.com'): string =>
    encodeStoredToken(
      {
        accessToken: new Sensitive('the-token'),
        issuedAt: epochSeconds(now + expiresIn - 24 * hour),
        expiresAt: epochSeconds(now + expiresIn),
        lifetime: 24 * hour,
      },
      { clientId: 'the-client', clientSecrets: [], scopes: ['openid'], imsHost },
      'v1',
    );

  it.each<[string, Observation['token']]>([
    ['a current token that expires a second earlier', currentToken(hour - 1)],
    ['a current token that was issued a minute later', currentToken(hour + 59)],
    ['a value that is not a token', 'malformed'],
  ])('may replace %s', (_, current) => {
    const judged = judgePending(pending(hour), observed({ token: current }), now);
    expect(judged).toMatchObject({
      token: { clientId: 'the-client', imsHost: 'ims-na1.adobelogin.com', expiresAt: now + hour },
    });
    expect('token' in judged && judged.token.accessToken.reveal()).toBe('the-token');
  });

  it.each<[string, string, Observation['token'], string]>([
    ['has just expired', pending(0), 'malformed', 'expired at 2026-11-22T12:00:00Z'],
    [
      'was issued before the current one',
      pending(hour),
      currentToken(hour + 60),
      'holds a token of 2026-11-21T13:00:00Z, older than the current one of 2026-11-21T13:01:01Z',
    ],
    ['is not a token', 'by hand', 'malformed', 'holds no token of the rotator'],
    [
      'does not say whose token it is',
      '{"access_token":"x","issued_at":"2026-11-22T12:00:00Z","expires_at":"2026-11-22T13:00:00Z"}',
      'malformed',
      'holds no token of the rotator',
    ],
    [
      'names a host that is not under .adobelogin.com',
      pending(hour, 'ims.example.com'),
      'malformed',
      'holds no token of the rotator',
    ],
  ])('is stale if it %s', (_, value, current, stale) => {
    const judged = judgePending(value, observed({ token: current }), now);
    expect(judged).toEqual({ stale: expect.stringContaining(stale) });
  });

  it.each<[string, string, string, string, boolean]>([
    [
      'is stale if only the current token is from the current client secret',
      'v2',
      'v2',
      'v1',
      true,
    ],
    ['may replace a token of the same client secret', 'v2', 'v2', 'v2', false],
    ['may replace a token of an earlier client secret', 'v2', 'v1', 'v1', false],
    ['may replace a token of an earlier client secret by a later one', 'v2', 'v1', 'v2', false],
  ])('%s', (_, fingerprint, minted, version, isStale) => {
    const token = currentToken(hour, { fingerprint: minted });
    const mintedFrom = (from?: string): string => (from === 'v1' ? version : 'another');
    const judged = judgePending(pending(hour), { token, fingerprint, mintedFrom }, now);
    const stale = { stale: 'holds a token of an earlier client secret than the current one' };
    expect(judged).toEqual(isStale ? stale : { token: expect.anything() });
  });

  it('of a client secret that is gone is judged by its times alone', () => {
    const token = currentToken(hour, { fingerprint: undefined });
    const replaced = { token, fingerprint: undefined, mintedFrom: undefined };
    expect(judgePending(pending(hour), replaced, now)).toEqual({ token: expect.anything() });
  });
});
