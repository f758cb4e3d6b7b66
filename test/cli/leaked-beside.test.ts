import { expect, it } from 'vitest';
import { labelsOf } from '../support/start-rotating.ts';
import { expectAnswered, flat, interruptWait, type LeakWorld, startLeak } from './leak-world.ts';

const others = 'p8e-of-another-client-0123456789';
const escaped = others.replace('p', '\\u0070');

/** Stores the leaked client secret with more beside it. @returns the version */
async function storeBeside(leak: LeakWorld, more: object): Promise<string> {
  const document = JSON.stringify({ ...(await leak.clientDocument()), ...more });
  await leak.put(document.replace(others, escaped));
  leak.secrets.add(others);
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT = '' } = await labelsOf(leak.client, SecretId);
  return `ersion ${AWSCURRENT} of ${SecretId}`;
}

const unrecognised =
  'may hold a client secret that was not recognised, which may be valid: look at';

it.each([
  ['in one run', undefined],
  ['in two runs', interruptWait],
])('leaked says what has leaked beside the client secret, %s', async (_, breakOff) => {
  const leak = await startLeak();
  const more = { analytics_secret: others, database: { password: 'x' } };
  const version = await storeBeside(leak, more);
  await breakOff?.(leak);
  const exit = await leak.answer();
  await expectAnswered(leak, exit);
  const left = flat(exit.stdout);
  expect(left).toContain(
    `- V${version}, which has leaked, also holds analytics_secret, database: replace what is secret there, too `,
  );
  expect(left).toMatch(new RegExp(`- V${version} could not be decrypted, or ${unrecognised}`));
});

it('leaked says nothing of what is no secret', async () => {
  const leak = await startLeak();
  await storeBeside(leak, { org_id: 'A1B2C3D4E5F6A7B8C9D0E1F2@AdobeOrg' });
  const exit = await leak.answer();
  await expectAnswered(leak, exit);
  expect(flat(exit.stdout)).not.toMatch(/also holds|not recognised/);
});

it('leaked --token names a version with a client secret beside its credential', async () => {
  const leak = await startLeak();
  const version = await storeBeside(leak, { old: others });
  const document = await leak.clientDocument();
  expect(document).toMatchObject({ old: others });
  await leak.put(JSON.stringify({ ...document, old: undefined }));
  const exit = await leak.answer({ token: true });
  expect(flat(exit.stdout)).toContain(`- V${version} could not be decrypted, or ${unrecognised}`);
});

it('leaked says that the version before may hold another client secret that has leaked', async () => {
  const leak = await startLeak();
  const document = await leak.clientDocument();
  const both = { prod: { client_id: 'f'.repeat(32), client_secret: others }, stage: document };
  await leak.put(JSON.stringify(both));
  leak.secrets.add(others);
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT } = await labelsOf(leak.client, SecretId);
  expect((await leak.answer()).stderr).toContain('ERR_CREDENTIAL_INVALID');
  // As it advises.
  await leak.put(JSON.stringify(document));
  const exit = await leak.answer();
  await expectAnswered(leak, exit);
  expect(flat(exit.stdout)).toContain(
    `- Version ${AWSCURRENT} of ${SecretId} could not be decrypted, or ${unrecognised}`,
  );
});
