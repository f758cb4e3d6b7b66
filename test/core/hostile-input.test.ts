import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { understandCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import { parseEvent } from '../../core/event.ts';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodeStoredToken } from '../../core/stored-token.ts';
import { parseTokenResponse } from '../../core/token-response.ts';
import { assertValidated } from '../../core/token-validation.ts';
import { decodeVersionId, encodeVersionId } from '../../core/version-id.ts';
import { digest, now } from '../support/builders.ts';
import {
  breaking,
  hostileJson,
  hostileText,
  mostly,
  outcomeOf,
  shown,
  textOf,
  understands,
} from '../support/hostile.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';

const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
const clientId = 'the-client';
const naming = {
  prefix: 'ims-token-rotator/prod',
  clientSecrets: new Map([
    ['lent', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:x-AbCdEf'],
  ]),
};

describe('hostile input is understood, or is an error with a code that shows no secret:', () => {
  const names = [
    ...['client_id', 'client_secret', 'client_secrets', 'CLIENT_SECRETS', 'scope', 'scopes'],
    ...['ims_host', 'org_id', 'product', 'name', 'value', 'key', 'project', secret],
  ];
  const values = [secret, [secret], clientId, 'openid', 'ims-na1.adobelogin.com', `${secret}\r\n`];
  const almost = fc
    .record({
      client_id: mostly([clientId, ` ${clientId}\n`], [secret, [clientId], 7]),
      client_secrets: mostly([[secret], secret, [`${secret}\r\n`]], [[], clientId, [secret, 7]]),
      scopes: mostly(
        [['openid'], 'openid,AdobeID', 'openid AdobeID'],
        [[secret], [7], `${secret} x`],
      ),
      ims_host: mostly(['ims-na1.adobelogin.com', undefined], ['adobelogin.com.example', secret]),
      org_id: mostly(['1@AdobeOrg', undefined], [secret, `1@AdobeOrg ${secret}`]),
    })
    .map((one) => JSON.stringify(one));

  it('a client secret’s value', () => {
    const document = fc.oneof(
      { weight: 2, arbitrary: almost },
      textOf(hostileJson(names, values)),
      fc
        .array(fc.constantFrom(...names, ...breaking, '=', ':', '\n', ' ', secret))
        .map((parts) => parts.join('')),
    );
    understands(document, (text) => {
      const read = outcomeOf(() => understandCredential(text));
      if (read instanceof RotatorError) {
        expect(read.code).toBe('ERR_CREDENTIAL_INVALID');
        expectNoSecrets(shown(read), [secret]);
        return false;
      }
      const { credential } = read;
      // What is sent, logged or stored beside the token.
      const rest = [
        credential.clientId,
        credential.imsHost,
        credential.orgId,
        ...credential.scopes,
      ];
      for (const part of rest) expect(part ?? 'x').toMatch(/^[\x21-\x7e]{1,256}$/);
      expectNoSecrets(JSON.stringify(rest), [secret]);
      expect(credential.imsHost).toMatch(/^([a-z0-9-]+\.)+adobelogin\.com$/);
      return true;
    });
  });

  const requestedAt = now;
  const request = { requestedAt, clientId, clientSecret: new Sensitive(secret) };
  const bodies = textOf(
    hostileJson(
      [
        'access_token',
        'token_type',
        'expires_in',
        'error',
        'error_description',
        'message',
        'valid',
      ],
      [secret, 'bearer', 86_399, 'eyJhIjoxfQ.eyJhIjoxfQ.x', 'invalid_client', 1e21, '86399'],
    ),
  );
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJ0eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl';
  const issued = fc
    .record({
      access_token: mostly([token], [secret, `${token}${secret}`, `${token}\n`, '', 7]),
      token_type: mostly(['bearer', 'Bearer', undefined], [secret, 'mac', null]),
      expires_in: mostly([86_399, 1, 1.5, 1_036_800], [0, -1, 86_399_000, '86399']),
    })
    .map((one) => JSON.stringify(one));
  const verdict = mostly([true, false], ['true', 1, [], null]).map((valid) =>
    JSON.stringify({ valid, expires_at: secret }),
  );
  const responses = (almostRight: fc.Arbitrary<string>) =>
    fc.record({
      status: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(200, 299) },
        fc.constantFrom(204, 400, 401, 407, 429, 503),
        fc.nat(999),
      ),
      body: fc.oneof({ weight: 2, arbitrary: almostRight }, bodies),
      debugId: fc.option(fc.oneof(fc.constant(secret), hostileText), { nil: undefined }),
      retryAfter: fc.option(fc.oneof(fc.constantFrom('1', secret), hostileText), {
        nil: undefined,
      }),
    });

  it('a response to a token request', () => {
    understands(responses(issued), (response) => {
      const read = outcomeOf(() => parseTokenResponse(response, request));
      if (read instanceof RotatorError) {
        expect(read.code).toMatch(/^ERR_(?:TOKEN_(?:UNAVAILABLE|MALFORMED|REJECTED)|IMS_PROXY)$/);
        expectNoSecrets(shown(read), [secret]);
        return false;
      }
      expect(read.accessToken.reveal()).toMatch(/^[\x21-\x7e]{1,16384}$/);
      expect(read.accessToken.reveal()).not.toContain(secret);
      expect(read.expiresAt).toBeGreaterThan(requestedAt);
      const id = encodeVersionId({ ...read, fingerprint: 'c0ffee00' }, digest('x'));
      const { expiresAt, lifetime } = read;
      expect(decodeVersionId(id, now)).toMatchObject({ expiresAt, lifetime });
      return true;
    });
  });

  it('a verdict on a token', () => {
    understands(responses(verdict), (response) => {
      const asked = { clientId, accessToken: new Sensitive(secret) };
      const read = outcomeOf(() =>
        assertValidated({ ...response, debugId: undefined }, asked, now),
      );
      if (read instanceof RotatorError) {
        expectNoSecrets(shown(read), [secret]);
        return false;
      }
      expect(JSON.parse(response.body).valid).toBe(true);
      expect(Math.floor(response.status / 100)).toBe(2);
      return true;
    });
  });

  it('an event', () => {
    const event = hostileJson(
      ['action', 'credential', 'force', 'replaces', 'shard', 'Step', 'SecretId', 'detail', secret],
      ['tick', 'renew', 'status', 'fusion', secret, '1/1', true, 'createSecret'],
    );
    const versionId = 'c0ffee00-0000-4000-8000-000000000001';
    const arn = (end: string) =>
      `arn:aws:secretsmanager:us-east-1:111122223333:secret:${naming.prefix}/${end}-AbCdEf`;
    const almost = fc.oneof(
      fc.record({
        action: mostly(['tick'], ['status', secret]),
        shard: mostly([undefined, '1/1', '2/4'], ['0/1', '2/1', secret]),
      }),
      fc.record({
        action: mostly(['renew'], ['rotate', ['renew']]),
        credential: mostly(['fusion', 'a-1'], ['Fusion', secret, '', 'x'.repeat(64)]),
        force: mostly([true], [false, 'true']),
        replaces: mostly([undefined, versionId], ['x'.repeat(31), secret]),
      }),
      fc.record({
        Step: mostly(['createSecret', 'finishSecret'], ['CreateSecret', secret]),
        SecretId: mostly([arn('fusion/client'), arn('a-1/token')], [arn(secret), secret]),
        ClientRequestToken: mostly([versionId], [secret, `${versionId}\n`]),
        RotationToken: mostly([undefined, null, secret], [7]),
      }),
      fc.record({
        source: fc.constant('aws.secretsmanager'),
        'detail-type': fc.constant('Secret Label Updated'),
        resources: mostly([undefined, [naming.clientSecrets.get('lent')]], [[secret], [7]]),
        detail: fc.record({
          name: mostly([`${naming.prefix}/fusion/client`], [secret, `${naming.prefix}/${secret}`]),
          labelUpdated: mostly(['AWSCURRENT'], ['AWSPREVIOUS', secret]),
        }),
      }),
    );
    understands(fc.oneof(almost, event), (value) => {
      const command = outcomeOf(() => parseEvent(value, naming));
      if (command instanceof RotatorError) {
        expect(command.code).toBe('ERR_EVENT_INVALID');
        expect(command.message.length).toBeLessThan(2_000);
        expectNoSecrets(shown(command), [secret]);
        return false;
      }
      expectNoSecrets(JSON.stringify(command), [secret]);
      const named = 'credentials' in command ? command.credentials : [];
      for (const name of 'credential' in command ? [command.credential] : named) {
        expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
      }
      return command.action !== 'ignore';
    });
  });

  it('a field of an event that is megabytes long, or a secret', () => {
    for (const name of ['k'.repeat(5e6), secret]) {
      const command = outcomeOf(() => parseEvent({ action: 'tick', [name]: 1 }, naming));
      expect((command as RotatorError).message).toContain('(hidden) is not a known field');
    }
  });
});

describe('the largest hostile input', () => {
  const nested = '['.repeat(1e5) + ']'.repeat(1e5);
  // Recursion would overflow the stack.
  it.each([
    ['lists', nested],
    ['a scope', `{"client_id":"${clientId}","client_secret":"${secret}","scope":${nested}}`],
  ])('may be nested 100,000 deep: %s', (_, text) => {
    const request = { requestedAt: now, clientId, clientSecret: new Sensitive(secret) };
    for (const [parse, code] of [
      [() => understandCredential(text), 'ERR_CREDENTIAL_INVALID'],
      [() => parseTokenResponse({ status: 200, body: text }, request), 'ERR_TOKEN_MALFORMED'],
      [() => parseTokenResponse({ status: 400, body: text }, request), 'ERR_TOKEN_REJECTED'],
      [() => parseEvent(JSON.parse(text), naming), 'ERR_EVENT_INVALID'],
    ] as const) {
      expect(outcomeOf<unknown>(parse)).toMatchObject({ code });
    }
    expect(decodeStoredToken(text, epochSeconds(now))).toBeUndefined();
  });
});
