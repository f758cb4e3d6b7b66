import { expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { RunSummary } from '../../core/run-summary.ts';
import { now } from '../support/builders.ts';

function renewed(
  credential: string,
  lifetime: number,
  hasFailedReplica?: boolean,
): CredentialOutcome {
  return {
    credential,
    reason: 'token-expiring',
    outcome: 'renewed',
    token: { expiresAt: epochSeconds(now + lifetime), lifetime },
    hasFailedReplica,
    failing: false,
    isNews: false,
  };
}

it('counts renewed tokens that live too briefly, and those with a replica that is behind', () => {
  const summary = new RunSummary(900);
  const outcomes = [
    renewed('a', 86_400),
    renewed('b', 1_200),
    renewed('c', 1_200, true),
    renewed('d', 86_400, true),
    renewed('e', 86_400, true),
    { ...renewed('f', 1_200), outcome: 'kept' as const },
  ];
  for (const outcome of outcomes) summary.add(outcome);
  expect(summary).toMatchObject({ managed: 6, shortLived: 2, failedReplicas: 3, failing: 0 });
});

it('reports a credential with an open answer to a leak first, although its token is fresh', () => {
  const summary = new RunSummary(900);
  summary.add(renewed('a', 86_400), 1);
  const kept = { ...renewed('b', 86_400), outcome: 'kept', reason: 'token-fresh' } as const;
  summary.add({ ...kept, clientProgress: { isLeakOpen: true } });
  expect(summary.credentials.items.map(({ credential }) => credential)).toEqual(['b', 'a']);
});

it('counts a token that had expired before it was renewed as one without life, because it was read', () => {
  const summary = new RunSummary(900);
  summary.add(renewed('a', 86_400));
  expect(summary.leastLife.at(now)).toMatchObject({ percent: 100 });
  const found = { expiresAt: epochSeconds(now - 8_640), lifetime: 86_400 };
  summary.add({ ...renewed('b', 86_400), reason: 'token-expired', found });
  expect(summary.leastLife.at(now)).toMatchObject({ credential: 'b', percent: -10 });
});
