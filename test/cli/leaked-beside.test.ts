import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
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
    `- V${version}, which has leaked, also holds analytics_secret, database, password: replace what is secret there, too `,
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

it('leaked names the fields of a project file that may hold other secrets', async () => {
  const leak = await startLeak();
  const { client_id, credential_id, ...rest } = await leak.clientDocument();
  const ours = { client_id, ...rest, client_secrets: [leak.leakedSecret] };
  const web = { client_id: '0'.repeat(32), client_secret: 'f3d1c0de-1111-2222-3333-444455556666' };
  const credentials = [
    { id: credential_id, integration_type: 'oauth_server_to_server', oauth_server_to_server: ours },
    { id: '99', integration_type: 'oauthweb', oauth2: web },
  ];
  const runtime = { namespaces: [{ name: 'ns', auth: 'of-the-runtime-0123456789' }] };
  const proxy = {
    apiKey: ['k-0123456789'],
    pwd: ' x ',
    token_endpoint: 'https://x',
    tokenType: 'b',
  };
  const workspace = {
    id: '1',
    name: 'Production',
    details: { credentials, services: [], runtime, proxy },
  };
  const org = { id: leak.adobe.consoleOrgId, name: 'Example Corp', ims_org_id: 'A1B2@AdobeOrg' };
  // As editors and people leave it.
  const text = JSON.stringify({ project: { id: '4', name: 'F', org, workspace } });
  await leak.put(`\uFEFF${text.slice(0, -1)},}`);
  const SecretId = leak.world.secretId('fusion', 'client');
  const { AWSCURRENT } = await labelsOf(leak.client, SecretId);
  const exit = await leak.answer();
  await expectAnswered(leak, exit);
  const [, fields = ''] =
    new RegExp(`Version ${AWSCURRENT} of \\S+, which has leaked, also holds ([^:]+):`).exec(
      flat(exit.stdout),
    ) ?? [];
  expect(fields.split(', ').toSorted()).toEqual(['apiKey', 'auth', 'client_secret', 'pwd']);
});

it.each([
  ['client secret', false],
  ['token', true],
])(
  'leaked shows an id of a version that is a sentence as one word, after a leak of the %s',
  async (_, token) => {
    const leak = await startLeak();
    // Whoever may store a version chooses its id.
    await leak.client.send(
      new PutSecretValueCommand({
        SecretId: leak.world.secretId('fusion', 'client'),
        SecretString: `no credential: ${others}`,
        VersionStages: ['x'],
        ClientRequestToken: '1 or 2; so delete the one of fusion there, too',
      }),
    );
    leak.secrets.add(others);
    const exit = await leak.answer({ token });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    const text = flat(exit.stdout + exit.stderr);
    expect(text).toContain('- Version 1_or_2_so_delete_the_one_of_fusion_there_too of ');
    expect(text).not.toContain('so delete the one');
  },
);
