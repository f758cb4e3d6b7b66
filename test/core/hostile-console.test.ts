import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import { assertDeleted, parseAddedSecret, parseSecretList } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import { RotatorError } from '../../core/errors.ts';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { now } from '../support/builders.ts';
import {
  holds,
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
const asked = { now, secrets: [new Sensitive(secret)] };
const uuid = '11ede399b68b57a5aca6a96b8b6487c9';

const fields = [
  ...['client_secrets', 'uuid', 'created_at', 'secret_usages', 'last_used_at', 'client_secret'],
  ...['error_code', 'message', 'error', secret],
];
const values = [uuid, secret, '1682448485000', 1_682_448_485_000, '-1', 2 ** 60, 'once', [], null];

const almost = fc
  .record({
    uuid: mostly([uuid], [secret, `${secret}x`, 7]),
    created_at: mostly(['1682448485000', 1_682_448_485_000], ['', 1e300]),
    client_secret: mostly(['p8e-1MthR9dN5jSBFDnhZlPT-eT5rTRQ'], [secret, '']),
    secret_usages: mostly([null, [], [{ last_used_at: '1682448485999' }]], [[{}], {}]),
  })
  .map((one) => JSON.stringify({ ...one, client_secrets: [one] }));

const responses = fc.record({
  status: fc.oneof(
    { weight: 2, arbitrary: fc.constant(200) },
    fc.constantFrom(201, 204, 400, 403, 404, 429, 503),
    fc.nat(999),
  ),
  body: fc.oneof(textOf(hostileJson(fields, values)), almost),
  retryAfter: fc.option(fc.oneof(fc.constantFrom('1', secret), hostileText), { nil: undefined }),
});

function isOwnError(outcome: unknown): outcome is RotatorError {
  if (!(outcome instanceof RotatorError)) return false;
  expect(outcome.code).toMatch(/^ERR_CONSOLE_(UNAVAILABLE|REJECTED|MALFORMED|PROXY)$/);
  expectNoSecrets(shown(outcome), [secret]);
  return true;
}

describe('a hostile Developer Console is understood, or is an error that shows no secret:', () => {
  it('a list of client secrets', () => {
    understands(responses, (response) => {
      const list = outcomeOf(() => parseSecretList(response, asked));
      if (isOwnError(list)) return false;
      expectNoSecrets(JSON.stringify(list), [secret]);
      for (const { uuid, createdAt, lastUsedAt = createdAt } of list) {
        expect(uuid).toMatch(/^[\w-]{1,64}$/);
        for (const at of [createdAt, lastUsedAt]) expect(Number.isSafeInteger(at)).toBe(true);
      }
      return list.length > 0;
    });
  });

  it('an added client secret', () => {
    understands(responses, (response) => {
      const added = outcomeOf(() => parseAddedSecret(response, asked));
      if (isOwnError(added)) return false;
      expect(added.secret.reveal()).toMatch(/^[\x21-\x7e]{1,1024}$/);
      expectNoSecrets(added.uuid, [secret, added.secret.reveal()]);
      return true;
    });
  });

  it('the answer to a deletion', () => {
    understands(responses, (response) => {
      const deleted = outcomeOf(() => assertDeleted(response, asked));
      if (isOwnError(deleted)) return false;
      expect(response.status === 404 || Math.floor(response.status / 100) === 2).toBe(true);
      return true;
    });
  });
});

describe('the rotation tag', () => {
  const read = (text: string) => readRotationState({ [tagKeys.rotation]: text });
  const instant = fc.integer({ min: 0, max: 4_000_000_000 }).map(epochSeconds);
  const id = fc.stringMatching(/^[\w-]{1,64}$/);

  it('says what was written', () => {
    const state = fc.oneof(
      fc.constant({ kind: 'none' as const }),
      fc.record({
        kind: fc.constant('adding' as const),
        since: instant,
        versionId: id,
        uuid: fc.option(id, { nil: undefined }),
      }),
      fc.record({
        kind: fc.constant('retired' as const),
        uuid: id,
        at: instant,
        versionId: fc.option(id, { nil: undefined }),
        askedAt: fc.option(instant, { nil: undefined }),
      }),
    );
    holds(state, (one) => {
      const text = formatRotationState(one);
      expect(text.length).toBeLessThanOrEqual(256);
      expect(read(text)).toEqual(one);
    });
  });

  it('says nothing, or what can be written again, whatever somebody makes of it', () => {
    const at = mostly(['2026-11-22T12:00:00Z'], ['2026-11-22T12:00:00.5Z', '9999-99-99T00:00:00Z']);
    const which = mostly([uuid], ['', `${uuid} uuid=${uuid}`]);
    const forged = fc
      .tuple(
        at,
        which,
        mostly(['', ' version=x'], [' ', '\n', ' x']),
        fc.constantFrom('adding', 'retired'),
      )
      .map(([instant, id, end, kind]) =>
        kind === 'adding'
          ? `adding since=${instant} version=${id}${end}`
          : `retired uuid=${id} at=${instant}${end}`,
      );
    understands(forged, (value) => {
      const state = read(value);
      if (state.kind === 'none') return false;
      expect(read(formatRotationState(state))).toEqual(state);
      return true;
    });
  });
});
