import { expect, it } from 'vitest';
import { onboard } from '../../local/onboarding.ts';
import { startLeak } from './leak-world.ts';
import { fileWith } from './operator.ts';

it.each([
  ['the same scopes in another order', { scopes: ['AdobeID', 'openid'] }, undefined],
  [
    'those of another credential of the client',
    { scopes: ['openid', 'profile'] },
    'the tokens get the scopes openid, profile, and not openid, AdobeID as with what',
  ],
  ['those of another client', { scopes: ['openid'], client_id: 'another-client' }, undefined],
])('put-credential warns where the scopes change: %s', async (_, change, expected) => {
  const leak = await startLeak();
  const document = await leak.clientDocument();
  const stored = { ...document, scopes: ['openid', 'AdobeID'] };
  await onboard(leak.world, leak.client, 'reports', JSON.stringify(stored));
  const file = await fileWith(JSON.stringify({ ...document, ...change }));
  const { code, stderr } = await leak.cli('put-credential', 'reports', file, '--dry-run');
  expect(code, stderr).toBe(0);
  const name = leak.world.secretId('reports', 'client');
  const warning = `warning: ${expected} ${name} holds: to replace only the client secret, change only that in its value, and take off its uuid\n`;
  expect(stderr.includes('the tokens get the scopes')).toBe(expected !== undefined);
  if (expected !== undefined) expect(stderr).toBe(warning);
});

it('put-credential warns of no scopes where the stored value is no credential', async () => {
  const leak = await startLeak();
  await onboard(leak.world, leak.client, 'reports', '{}');
  const file = await fileWith(JSON.stringify(await leak.clientDocument()));
  const { code, stderr } = await leak.cli('put-credential', 'reports', file, '--dry-run');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it.each([
  ['keeps everything', {}, []],
  [
    'is for another IMS host',
    { ims_host: 'ims-na1-stg1.adobelogin.com' },
    [
      'the client secret will be sent to ims-na1-stg1.adobelogin.com, where the tokens are minted, and not to ims-na1.adobelogin.com as with what NAME holds',
    ],
  ],
  [
    'lacks all ids',
    { org_id: undefined, credential_id: undefined, console_org_id: undefined },
    [
      'the new value lacks what NAME holds: org_id, credential_id, console_org_id, without which leaked and rotate-client-secret cannot replace the client secret at Adobe',
    ],
  ],
  ['lacks one', { org_id: undefined }, ['the new value lacks what NAME holds: org_id']],
  ['is of another client', { client_id: 'another-client', org_id: undefined }, []],
])(
  'put-credential warns of all that changes beside the client secret: FILE %s',
  async (_, change, expected) => {
    const leak = await startLeak();
    const stored = {
      ...(await leak.clientDocument()),
      org_id: 'A1B2C3D4E5F6A7B8C9D0E1F2@AdobeOrg',
    };
    await onboard(leak.world, leak.client, 'reports', JSON.stringify(stored));
    const name = leak.world.secretId('reports', 'client');
    const file = await fileWith(JSON.stringify({ ...stored, ...change }));
    const { code, stderr } = await leak.cli(
      ...['put-credential', 'reports', file, '--dry-run', '--yes'],
    );
    expect(code, stderr).toBe(0);
    const lines = expected.map((text) => `warning: ${text.replace('NAME', name)}\n`);
    // The warning of another client is a test of its own.
    expect(stderr.replace(/^.*the credential of another client.*\n/m, '')).toBe(lines.join(''));
  },
);

const [uuid, other] = [
  '2b7e1516-0000-4000-8000-000000000001',
  '2b7e1516-0000-4000-8000-000000000002',
];

it.each([
  ['left beside a new client secret', { client_secret: 'p8e-a-new-one-0123456789', uuid }, true],
  ['of the new client secret', { client_secret: 'p8e-a-new-one-0123456789', uuid: other }, false],
  ['taken off', { client_secret: 'p8e-a-new-one-0123456789' }, false],
])(
  'put-credential warns of a uuid that belongs to another client secret: %s',
  async (_, entry, warns) => {
    const leak = await startLeak();
    const {
      client_secrets: [first],
      ...rest
    } = await leak.clientDocument();
    const stored = { ...rest, client_secrets: [{ ...first, uuid }] };
    await onboard(leak.world, leak.client, 'reports', JSON.stringify(stored));
    const name = leak.world.secretId('reports', 'client');
    const file = await fileWith(JSON.stringify({ ...rest, client_secrets: [entry] }));
    const { code, stderr } = await leak.cli('put-credential', 'reports', file, '--dry-run');
    const text = `warning: the uuid ${uuid} is noted for another client secret in ${name}: one of the two is wrong; if it is left over from the earlier one, give the new one its own, or none\n`;
    expect({ code, stderr }).toEqual({ code: 0, stderr: warns ? text : '' });
  },
);

it('put-credential warns of another uuid for the client secret that is stored', async () => {
  const leak = await startLeak();
  const document = await leak.clientDocument();
  const [first] = document.client_secrets;
  const store = async (noted: string, ...options: readonly string[]) => {
    const client_secrets = [{ client_secret: first?.client_secret, uuid: noted }];
    const file = await fileWith(JSON.stringify({ ...document, client_secrets }));
    const { code, stderr } = await leak.cli('put-credential', 'fusion', file, ...options);
    return { code, stderr };
  };
  const own = first?.uuid ?? '';
  expect(await store(own, '--dry-run')).toEqual({ code: 0, stderr: '' });
  expect(await store(uuid, '--dry-run')).toEqual({
    code: 0,
    stderr: `warning: ${leak.world.secretId('fusion', 'client')} notes the uuid ${own} for the client secret for which the new value notes ${uuid}: one of them is wrong\n`,
  });
});
