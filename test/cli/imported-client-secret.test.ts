import { describe, expect, it } from 'vitest';
import { stackTag } from '../../cli/rotator/credentials.ts';
import { environmentVariables, tagKeys } from '../../core/contract.ts';
import type { SecretSeed } from '../../emulators/secrets-manager/seed.ts';
import type { World } from '../../local/world.ts';
import { hour } from '../support/builders.ts';
import { inSeconds, type Seed, seedCredential, startOperator } from './operator.ts';
import { checksOf } from './patient.ts';

const imported = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/adobe-AbCdEf';
const environment = { [environmentVariables.clientSecrets]: JSON.stringify({ fusion: imported }) };

/** The credential `fusion`, whose client secret is imported, and another one at its own name. */
function seedImported(world: World, credential: Seed, other: Omit<SecretSeed, 'name'>): void {
  seedCredential(world, 'fusion', credential);
  world.secretsManager.seed({ name: `${world.prefix}/fusion/client`, ...other });
}

const answered = '00000000-0000-8000-8000-1eaced000000';
const openAnswer = `retired uuid=11111111-1111-4111-8111-111111111111 at=${inSeconds(-hour)} version=${answered}`;
const failing = `code=ERR_TOKEN_REJECTED/invalid_client since=${inSeconds(-hour)} retry-at=${inSeconds(900)}`;

describe('a secret at the own name of a credential whose client secret is imported', () => {
  it.each<[string, Seed, Omit<SecretSeed, 'name'>, object]>([
    [
      'hides no failure',
      { expiresIn: 20 * hour, failing },
      { secretString: '{}' },
      { state: 'failing', failure: { code: 'ERR_TOKEN_REJECTED/invalid_client' } },
    ],
    ['makes none by lacking a value', { expiresIn: 20 * hour }, {}, { state: 'fresh' }],
    [
      'makes no renewal due',
      { expiresIn: 20 * hour },
      { secretString: '{}', createdAt: Date.now() - 3_000 * hour },
      { state: 'fresh' },
    ],
    [
      'has no leak that is answered',
      { expiresIn: 20 * hour },
      { secretString: '{}', tags: { [tagKeys.rotation]: openAnswer } },
      { state: 'fresh' },
    ],
    [
      'does not say that a stack declares the credential',
      { storedAgo: 48 * hour },
      { tags: { [stackTag]: 'theirs' } },
      { state: 'empty' },
    ],
  ])('%s', async (_, credential, other, expected) => {
    const operator = await startOperator({ environment });
    seedImported(operator.world, credential, other);
    const { stdout } = await operator.cli('status', '--json');
    expect(JSON.parse(stdout).credentials).toMatchObject([{ name: 'fusion', ...expected }]);
    const isFailing = 'failure' in expected;
    const state = (await checksOf(operator)).find('state');
    expect(state.verdict).toBe(isFailing ? 'failed' : 'ok');
  });
});
