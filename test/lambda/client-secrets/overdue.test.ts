import { CancelRotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { day } from '../../support/builders.ts';
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
  // The next one is in 30 days, and nobody calls it here.
  expect(await countAfter(30 * day)).toBe(0);
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

it('a tick counts a rotation that somebody has switched off, although the stack wants it', async () => {
  const { parts, client, rotateSecret } = await startRotatingClient();
  await rotateSecret({ RotationRules: { ScheduleExpression: 'rate(30 days)' } });
  await client.send(new CancelRotateSecretCommand({ SecretId: ClientSecretId }));
  parts.clock.advance(day);
  const { config } = parts.run();
  await countedTick(parts.run());
  expect(parts.metrics.map(([name]) => name)).not.toContain(metric);
  await countedTick(parts.run({ config: { ...config, rotating: new Set(['fusion']) } }));
  expect(parts.metrics).toContainEqual([metric, 1]);
  expect(parts.properties.get('overdue_client_secrets')).toBe('fusion');
});
