import { createHash } from 'node:crypto';
import { epochSeconds } from '../../core/instant.ts';
import type { CurrentToken, Observation } from '../../core/observation.ts';

/** 2026-11-22T12:00:00Z, the fixed present of the tests. */
export const now = epochSeconds(1_795_348_800);

export const hour = 3_600;
export const day = 24 * hour;
/** The lifetime that IMS gives an OAuth Server-to-Server token. */
export const lifetime = 86_399;

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A token that expires in the given number of seconds. */
export function currentToken(
  expiresIn: number,
  overrides: Partial<CurrentToken> = {},
): CurrentToken {
  const life = overrides.lifetime ?? lifetime;
  const expiresAt = epochSeconds(now + expiresIn);
  return {
    expiresAt,
    issuedAt: epochSeconds(expiresAt - life),
    lifetime: life,
    fingerprint: 'c0ffee00',
    ...overrides,
  };
}

/** The observation of a working credential, whose token is an hour old. */
export function observed(overrides: Partial<Observation> = {}): Observation {
  return {
    credential: 'fusion',
    now,
    tick: 900,
    paused: false,
    isOld: true,
    isOverdue: false,
    versionId: '019ac0de-0000-8000-8000-000000000000',
    token: currentToken(lifetime - hour),
    requested: [],
    issued: [],
    fingerprint: 'c0ffee00',
    isCredentialUnseen: false,
    failure: undefined,
    renewBefore: undefined,
    ...overrides,
  };
}
