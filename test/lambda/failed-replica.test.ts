import { describe, expect, it } from 'vitest';
import { hour } from '../support/builders.ts';
import { actionsOf, secretId, startCredential } from '../support/credential.ts';
import { countedTick } from '../support/outcomes.ts';
import type { Parts } from '../support/start-parts.ts';

const well = { Region: 'eu-west-1' };
const broken = { Region: 'eu-west-2', failure: 'The KMS key is disabled' };

async function startReplicated(...replicas: readonly (typeof well)[]): Promise<Parts> {
  const parts = await startCredential();
  await countedTick(parts.run());
  parts.secretsManager.seed({ name: secretId('fusion', 'token'), replicas });
  parts.lines.length = 0;
  parts.clock.advance(12 * hour);
  return parts;
}

const warnings = ({ lines }: Parts) => lines.filter(({ level }) => level === 'warn');
const summary = ({ lines }: Parts) => lines.find(({ message }) => message === 'run')?.fields;

describe('a renewal of a token secret with replicas', () => {
  it('warns of those that do not have the last token, without a further call', async () => {
    const parts = await startReplicated(well, broken, { ...broken, Region: 'eu-west-3' });
    const before = actionsOf(parts).length;
    expect(await countedTick(parts.run())).toMatchObject([{ outcome: 'renewed', failing: false }]);
    expect(warnings(parts)).toMatchObject([
      {
        message: 'a replica could not be brought up to date',
        fields: { credential: 'fusion', regions: 'eu-west-2 eu-west-3' },
      },
    ]);
    expect(summary(parts)).toMatchObject({ failed_replicas: 1, failing: 0 });
    const replicated = actionsOf(parts).slice(before);
    const plain = await startReplicated();
    const start = actionsOf(plain).length;
    await countedTick(plain.run());
    expect(replicated).toEqual(actionsOf(plain).slice(start));
  });

  it('does not warn while all are in sync', async () => {
    const parts = await startReplicated(well);
    expect(await countedTick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(warnings(parts)).toEqual([]);
    expect(summary(parts)).toMatchObject({ failed_replicas: 0 });
  });
});
