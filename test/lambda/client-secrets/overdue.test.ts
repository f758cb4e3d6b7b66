import { CancelRotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import { renew } from '../../../lambda/commands/renew.ts';
import { day, hour } from '../../support/builders.ts';
import { instantIn, setTag } from '../../support/credential.ts';
import { countedTick } from '../../support/outcomes.ts';
import { seedCredential, startParts } from '../../support/start-parts.ts';
import { ClientSecretId, startRotatingClient } from '../../support/start-rotating-client.ts';

const metric = 'ClientSecretRotationOverdue';

it('a tick counts no late rotations where no client secret rotates', async () => {
  const parts = await startParts();
  seedCredential(parts, 'fusion');
  await countedTick(parts.run());
  expect(parts.metrics.map(([name]) => name)).not.toContain(metric);
});

it('a tick counts a rotation that is more than a day late, from the list alone', async () => {
  const rotating = await startRotatingClient();
  const { parts } = rotating;
  const RotationRules = { ScheduleExpression: 'rate(30 days)' };
  expect(await rotating.rotateSecret({ RotationRules })).toEqual([]);
  const countAfter = async (seconds: number): Promise<unknown> => {
    parts.clock.advance(seconds);
    parts.metrics.length = 0;
    parts.properties.clear();
    await countedTick(parts.run());
    return parts.metrics.find(([name]) => name === metric)?.[1];
  };
  expect(await countAfter(60)).toBe(0);
  // A renewal after a day deletes the secret that was replaced.
  expect(await countAfter(day + hour)).toBe(0);
  // The next one is in 30 days, and nobody calls it here.
  expect(await countAfter(29 * day - hour)).toBe(0);
  expect(await countAfter(day)).toBe(1);
  expect(parts.properties.get('overdue_client_secrets')).toBe('fusion');
  // Once more, with a token that needs nothing.
  const calls = parts.secretsManager.calls.length;
  expect(await countAfter(60)).toBe(1);
  expect(parts.secretsManager.calls.slice(calls).map(({ action }) => action)).toEqual([
    'ListSecrets',
  ]);
  // And once more, with a token that this run has no time for.
  parts.clock.advance(day);
  seedCredential(parts, 'new');
  parts.metrics.length = 0;
  const { config } = parts.run();
  await countedTick(
    parts.run({ config: { ...config, writesPerSecond: 0.01 }, remaining: () => 60 }),
  );
  expect(parts.metrics).toContainEqual(['Renewed', 1]);
  expect(parts.metrics).toContainEqual([metric, 1]);
});

it('a tick counts a retired client secret that forced renewals keep at Adobe, and the log warns', async () => {
  const rotating = await startRotatingClient();
  const { parts } = rotating;
  await rotating.rotateSecret({ RotationRules: { ScheduleExpression: 'rate(30 days)' } });
  const overdue = async (): Promise<unknown> => {
    parts.metrics.length = 0;
    await countedTick(parts.run());
    return parts.metrics.find(([name]) => name === metric)?.[1];
  };
  /** A renewal after others, one each ten minutes: its budget has no room for the deletion, too. */
  const forceAgain = async (): Promise<void> => {
    const requests = [instantIn(parts, -600), instantIn(parts, -1_200)].join(' ');
    await setTag(parts, 'fusion', tagKeys.requested, requests);
    const outcome = await renew(parts.run(), 'fusion', { force: true });
    expect(outcome).toMatchObject({ outcome: 'renewed' });
  };
  const warnings = () => parts.lines.filter(({ level }) => level === 'warn');
  for (let halves = 0; halves < 4; halves += 1) {
    parts.clock.advance(12 * hour);
    await forceAgain();
  }
  expect(await overdue()).toBe(0);
  expect(warnings()).toEqual([]);
  parts.clock.advance(hour);
  await forceAgain();
  expect(rotating.live()).toHaveLength(2);
  expect(await overdue()).toBe(1);
  expect(parts.properties.get('overdue_client_secrets')).toBe('fusion');
  expect(warnings()).toMatchObject([
    {
      message: 'the retired client secret stays at Adobe',
      fields: { credential: 'fusion', why: 'its budget of token requests is spent' },
    },
  ]);
  // The first renewal with room in its budget deletes it, and the alarm ends.
  parts.clock.advance(12 * hour);
  await countedTick(parts.run());
  expect(rotating.live()).toHaveLength(1);
  expect(await overdue()).toBe(0);
});

it('a tick counts a rotation that somebody has switched off, although the stack wants it', async () => {
  const { parts, client, rotateSecret } = await startRotatingClient();
  await rotateSecret({ RotationRules: { ScheduleExpression: 'rate(30 days)' } });
  await client.send(new CancelRotateSecretCommand({ SecretId: ClientSecretId }));
  parts.clock.advance(day);
  const { config } = parts.run();
  await countedTick(parts.run({ config: { ...config, rotating: undefined } }));
  expect(parts.metrics.map(([name]) => name)).not.toContain(metric);
  await countedTick(parts.run());
  expect(parts.metrics).toContainEqual([metric, 1]);
  expect(parts.properties.get('overdue_client_secrets')).toBe('fusion');
});
