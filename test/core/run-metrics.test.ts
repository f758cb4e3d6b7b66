import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import type { RotationProgress } from '../../core/rotation-progress.ts';
import { tickMetrics } from '../../core/run-metrics.ts';
import { now } from '../support/builders.ts';
import { summaryOf } from '../support/outcomes.ts';

const kept = (
  credential: string,
  expiresIn?: number,
  overrides: Partial<CredentialOutcome> = {},
): CredentialOutcome => ({
  credential,
  reason: 'token-fresh',
  outcome: 'kept',
  token:
    expiresIn === undefined
      ? undefined
      : { expiresAt: epochSeconds(now + expiresIn), lifetime: 1_000 },
  failing: false,
  isNews: false,
  ...overrides,
});

describe('the metrics of a tick', () => {
  it('count a tick without credentials, and leave out the remaining life', () => {
    expect(tickMetrics(summaryOf([]), now)).toEqual({
      values: [
        ['Ticks', 1],
        ['Managed', 0],
        ['Failing', 0],
        ['Paused', 0],
      ],
      properties: [],
    });
  });

  it('name the token with the smallest share of its life left', () => {
    const long = { token: { expiresAt: epochSeconds(now + 600), lifetime: 6_000 } };
    const { values, properties } = tickMetrics(
      summaryOf([kept('a', 500), kept('b', undefined, long), kept('c', 700)]),
      now,
    );
    expect(values.slice(4)).toEqual([
      ['MinLifeLeft', 10],
      ['MinSecondsToExpiry', 500],
    ]);
    expect(properties).toEqual([['least_life_left_credential', 'b']]);
  });

  it('count the client secrets whose rotation is late, if any is rotated at all', () => {
    const rotating = (name: string, rotation: RotationProgress) =>
      kept(name, undefined, { clientProgress: { rotation, isLeakOpen: false } });
    const onTime = tickMetrics(summaryOf([rotating('a', 'on-time'), kept('b')]), now);
    expect(onTime.values.slice(4)).toEqual([['ClientSecretRotationOverdue', 0]]);
    expect(onTime.properties).toEqual([]);
    const outcomes = [rotating('a', 'on-time'), rotating('b', 'overdue'), rotating('c', 'overdue')];
    const late = tickMetrics(summaryOf(outcomes), now);
    expect(late.values.slice(4)).toEqual([['ClientSecretRotationOverdue', 2]]);
    expect(late.properties).toEqual([['overdue_client_secrets', 'b c']]);
  });

  it('count an open answer to a leak as failing, once, whatever becomes of the token', () => {
    const open = { clientProgress: { isLeakOpen: true } };
    const outcomes = [kept('a', undefined, open), kept('b', undefined, { ...open, failing: true })];
    const others = Array.from({ length: 10 }, () => kept('c', undefined, { failing: true }));
    const { values, properties } = tickMetrics(summaryOf([...others, ...outcomes]), now);
    expect(values).toContainEqual(['Failing', 12]);
    expect(values.map(([name]) => name)).not.toContain('ClientSecretRotationOverdue');
    // They come first, because nothing else may tell of them.
    expect(properties).toEqual([['failing_credentials', 'a b c c c c c c c c']]);
  });

  it('count the life of paused tokens apart, and leave out those whose expiry is unknown', () => {
    const paused = (name: string, expiresIn?: number) =>
      kept(name, expiresIn, { reason: 'paused' });
    const outcomes = [paused('a', 50), paused('b', 20), paused('c'), kept('d')];
    const { values, properties } = tickMetrics(summaryOf(outcomes), now);
    expect(values.slice(3)).toEqual([
      ['Paused', 3],
      ['MinPausedLifeLeft', 2],
    ]);
    expect(properties).toEqual([['least_paused_life_left_credential', 'b']]);
  });

  it('name at most ten of the credentials that are failing', () => {
    const outcomes = Array.from({ length: 12 }, (_, index) =>
      kept(`c${index}`, undefined, { failing: true }),
    );
    const { values, properties } = tickMetrics(summaryOf(outcomes), now);
    expect(values[2]).toEqual(['Failing', 12]);
    expect(properties).toEqual([['failing_credentials', 'c0 c1 c2 c3 c4 c5 c6 c7 c8 c9']]);
  });
});
