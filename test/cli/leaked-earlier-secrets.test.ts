import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { addColleagues, flat, type LeakWorld, startLeak, textOf } from './leak-world.ts';

const secretIdOf = ({ world }: LeakWorld): string => world.secretId('fusion', 'client');

/** The leaked client secret was stored an hour ago: what a second brings has no order. */
async function startEarlier(): Promise<LeakWorld> {
  let ahead = -3_600;
  const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
  ahead = 0;
  return leak;
}

async function currentVersion(leak: LeakWorld): Promise<string> {
  const { AWSCURRENT = '' } = await labelsOf(leak.client, secretIdOf(leak));
  return AWSCURRENT;
}

/** Stores client secrets, and nothing of what was stored. */
async function store(leak: LeakWorld, ...values: readonly string[]): Promise<void> {
  const document = { ...(await leak.clientDocument()), client_secrets: values };
  await leak.put(JSON.stringify(document));
}

/** The items for people that an answer prints when it ends well. */
async function leftBy(leak: LeakWorld): Promise<string> {
  const exit = await leak.answer({ token: true });
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  for (const secret of leak.secrets) expect(exit.stdout.includes(secret)).toBe(false);
  return flat(exit.stdout).replace(/^.*Left to people: /, '');
}

const command = 'ims-token-rotator leaked fusion --token --now';

const accepts = (where: string, whose = ''): string =>
  `IMS still accepts an earlier client secret${whose}. If it has leaked, delete the one in ${where} `;

it('leaked --token says so if the version with the earlier client secret cannot be decrypted', async () => {
  const leak = await startLeak();
  const versionId = await currentVersion(leak);
  await store(leak, addColleagues(leak).value);
  const message = 'Access to KMS is not allowed';
  leak.world.secretsManager.faults.inject(
    { kind: 'error', type: 'DecryptionFailure', message, status: 400 },
    { when: ({ action, body }) => action === 'GetSecretValue' && body['VersionId'] === versionId },
  );
  expect(await leftBy(leak)).toContain(
    `- Version ${versionId} of ${secretIdOf(leak)} could not be decrypted, or may hold a client secret that was not recognised, which may be valid: look at the client secrets of ${leak.adobe.clientId} in the Adobe Developer Console, and delete those that have leaked, or that nobody uses; `,
  );
});

it('leaked --token says so if an earlier version is not understood, unless nothing in it may be a client secret', async () => {
  const leak = await startLeak();
  const { client_id } = await leak.clientDocument();
  const prod = { client_id: 'f'.repeat(32), client_secret: 'p8e-other-0123456789abcdef' };
  const stage = { client_id, client_secret: leak.leakedSecret };
  await leak.put(JSON.stringify({ prod, stage }));
  const versionId = await currentVersion(leak);
  await leak.put('REPLACE_ME_BEFORE_USE');
  const placeholder = await currentVersion(leak);
  const { value } = addColleagues(leak);
  const scopes = ['openid'];
  await leak.put(JSON.stringify({ client_id, client_secrets: [value], scopes }));
  const left = await leftBy(leak);
  expect(left).toContain(
    `- Version ${versionId} of ${secretIdOf(leak)} could not be decrypted, or`,
  );
  expect(left).not.toContain(placeholder);
});

it('leaked --token asks IMS about the client secret in half a credential', async () => {
  const leak = await startEarlier();
  const document = await leak.clientDocument();
  const { client_id } = document;
  await leak.put(JSON.stringify({ client_id, client_secret: leak.leakedSecret }));
  const versionId = await currentVersion(leak);
  const client_secrets = [addColleagues(leak).value];
  await leak.put(JSON.stringify({ ...document, client_secrets }));
  expect(await leftBy(leak)).toContain(accepts(`version ${versionId} of ${secretIdOf(leak)}`));
});

it('leaked --token names a version that holds a client secret beside its credential', async () => {
  const leak = await startEarlier();
  const document = await leak.clientDocument();
  const client_secrets = ['p8e-gone-0123456789abcdef'];
  await leak.put(
    JSON.stringify({ ...document, client_secrets, old_client_secret: leak.leakedSecret }),
  );
  const versionId = await currentVersion(leak);
  await leak.put(JSON.stringify({ ...document, client_secrets: [addColleagues(leak).value] }));
  expect(await leftBy(leak)).toContain(
    `Version ${versionId} of ${secretIdOf(leak)} could not be decrypted, or may hold a client secret that was not recognised`,
  );
});

it('leaked --token asks with the scopes that the client has now', async () => {
  const leak = await startEarlier();
  const document = await leak.clientDocument();
  const client_secrets = [addColleagues(leak).value];
  await leak.put(JSON.stringify({ ...document, client_secrets, scopes: ['lost_since'] }));
  const versionId = await currentVersion(leak);
  await leak.put(JSON.stringify(document));
  expect(await leftBy(leak)).toContain(accepts(`version ${versionId} of ${secretIdOf(leak)}`));
});

it('leaked --token asks each IMS host about a client secret that was stored for it', async () => {
  const leak = await startEarlier();
  const document = await leak.clientDocument();
  const ims_host = 'ims-na1-stg1.adobelogin.com';
  await leak.put(JSON.stringify({ ...document, ims_host }));
  await store(leak, addColleagues(leak).value);
  leak.world.ims.clearTokenRequests();
  await leftBy(leak);
  // The first one is the renewal.
  expect(leak.world.ims.tokenRequests).toHaveLength(1 + 2);
});

it('leaked --token sends IMS no client secret of half a credential of another vendor', async () => {
  const leak = await startEarlier();
  const document = await leak.clientDocument();
  const vendor = { client_id: 'AC1b9f7e3kq02zzplm44', client_secret: 'vendor-0123456789abcdef' };
  await leak.put(JSON.stringify(vendor));
  const versionId = await currentVersion(leak);
  await leak.put(JSON.stringify({ ...document, client_secrets: [addColleagues(leak).value] }));
  expect(await leftBy(leak)).toContain(`Version ${versionId} of ${secretIdOf(leak)}`);
  const asked = leak.world.ims.tokenRequests.map(({ clientId }) => clientId);
  expect(asked).not.toContain(vendor.client_id);
});

describe('leaked --token, after a credential of another client was stored', () => {
  async function startOtherClient(): Promise<LeakWorld> {
    const leak = await startLeak();
    await leak.put(storedDocument(leak.world.ims.registerClient(selfManaging(sampleClient()))));
    return leak;
  }

  it('names the earlier client, whose tokens are those to be invalidated', async () => {
    const leak = await startOtherClient();
    const versionId = (await labelsOf(leak.client, secretIdOf(leak)))['AWSPREVIOUS'];
    leak.world.ims.revoke(leak.tokens[0] ?? '');
    const left = await leftBy(leak);
    const { clientId } = leak.adobe;
    const where = `version ${versionId} of ${secretIdOf(leak)}`;
    expect(left).toContain(accepts(where, `, of the client ${clientId}`));
    expect(left).toContain(
      `tokens that somebody minted with the leaked secret, if it is of the client ${clientId}, are not known here, and last up to a day: have Adobe support invalidate all tokens of that client; `,
    );
    const { client_id } = await leak.clientDocument();
    expect(left).not.toContain(client_id);
  });

  it('names the stored client, too, if a version could be of either', async () => {
    const leak = await startEarlier();
    const { SecretId, versionId } = {
      SecretId: secretIdOf(leak),
      versionId: await currentVersion(leak),
    };
    await leak.put(JSON.stringify({ client_secret: 'p8e-of-nobody-0123456789abcdef' }));
    const unread = await currentVersion(leak);
    await leak.put(storedDocument(leak.world.ims.registerClient(selfManaging(sampleClient()))));
    leak.world.ims.revoke(leak.tokens[0] ?? '');
    const left = await leftBy(leak);
    expect(left).toContain(
      `, of the client ${leak.adobe.clientId}. If it has leaked, delete the one in version ${versionId} of ${SecretId} `,
    );
    const { client_id } = await leak.clientDocument();
    expect(left).toMatch(
      new RegExp(
        `Version ${unread} of \\S+ could not be decrypted, .* the client secrets of [^;]*${client_id}`,
      ),
    );
  });

  it('says it also while the leaked token of the earlier client is valid', async () => {
    const leak = await startOtherClient();
    const exit = await leak.answer({ token: true });
    expect(exit.code).toBe(1);
    expect(textOf(exit)).toMatch(/^ERR_LEAK_UNPROVEN .*the leaked token is of another client/);
    expect(flat(exit.stdout)).toContain(
      'Left to people: - IMS still accepts an earlier client secret',
    );
  });
});

it('leaked --token asks IMS about five earlier client secrets, and names the versions of the others', async () => {
  const leak = await startEarlier();
  const versionId = await currentVersion(leak);
  for (let count = 0; count < 5; count += 1) {
    await store(leak, `p8e-wrong-paste-0123456789-${count}`);
  }
  await store(leak, addColleagues(leak).value);
  leak.world.ims.clearTokenRequests();
  expect(await leftBy(leak)).toMatch(
    new RegExp(
      `^- IMS was not asked about 1 more client secret, in version ${versionId} of ${secretIdOf(leak)}: look at the client secrets of ${leak.adobe.clientId} in the`,
    ),
  );
  // The first one is the renewal.
  expect(leak.world.ims.tokenRequests).toHaveLength(1 + 5);
});

describe('leaked --token names the version with a client secret that is stored again,', () => {
  it('beside another one', async () => {
    const leak = await startLeak();
    const where = `ersion ${await currentVersion(leak)} of ${secretIdOf(leak)}`;
    await store(leak, addColleagues(leak).value, leak.leakedSecret);
    expect(await leftBy(leak)).toContain(
      `- A client secret in v${where} is in the current value, too, so that it was not replaced. If it has leaked: store the others without it: ims-token-rotator put-credential fusion FILE; then delete the one in v${where} in the Adobe Developer Console, if it is still there, and no other; then: ${command} - `,
    );
  });

  it('and no other one', async () => {
    const leak = await startLeak();
    await store(leak, leak.leakedSecret);
    leak.world.ims.clearTokenRequests();
    expect(await leftBy(leak)).toMatch(
      /, so that it was not replaced\. If it has leaked: ims-token-rotator leaked fusion --version-id \S+ --now - /,
    );
    expect(leak.world.ims.tokenRequests).toHaveLength(1);
  });
});

it('leaked --token tells apart several client secrets of one version', async () => {
  const leak = await startEarlier();
  await store(leak, 'p8e-wrong-paste-0123456789', leak.leakedSecret);
  const where = `version ${await currentVersion(leak)} of ${secretIdOf(leak)}`;
  await store(leak, addColleagues(leak).value);
  expect(await leftBy(leak)).toContain(`delete client secret 2 of those in ${where} in the`);
});

describe('leaked --token asks about a version with AWSPENDING', () => {
  const message = 'IMS still accepts';

  it('not while a rotation is to store it', async () => {
    const leak = await startLeak();
    const { value } = addColleagues(leak);
    const document = { ...(await leak.clientDocument()), client_secrets: [value] };
    const SecretString = JSON.stringify(document);
    const SecretId = secretIdOf(leak);
    const VersionStages = ['AWSPENDING'];
    await leak.client.send(new PutSecretValueCommand({ SecretId, SecretString, VersionStages }));
    expect(await leftBy(leak)).not.toContain(message);
  });

  it('if another one was stored since', async () => {
    const leak = await startEarlier();
    const SecretId = secretIdOf(leak);
    const MoveToVersionId = await currentVersion(leak);
    await store(leak, addColleagues(leak).value);
    const move = { SecretId, VersionStage: 'AWSPENDING', MoveToVersionId };
    await leak.client.send(new UpdateSecretVersionStageCommand(move));
    expect(await leftBy(leak)).toContain(message);
  });
});

it('leaked --token asks about a version that has been current, and has AWSPENDING again', async () => {
  const leak = await startEarlier();
  const SecretId = secretIdOf(leak);
  const first = await currentVersion(leak);
  await store(leak, addColleagues(leak).value);
  const second = await currentVersion(leak);
  const back = { MoveToVersionId: first, RemoveFromVersionId: second };
  for (const move of [
    { VersionStage: 'AWSCURRENT', ...back },
    { VersionStage: 'AWSPENDING', MoveToVersionId: second },
  ]) {
    await leak.client.send(new UpdateSecretVersionStageCommand({ SecretId, ...move }));
  }
  expect(await leftBy(leak)).toContain(accepts(`version ${second} of ${SecretId}`));
});

const isMint = ({ path }: { readonly path: string }): boolean => path === '/ims/token/v3';

it('leaked --token keeps the token that IMS issues for an earlier client secret, which others may use', async () => {
  const leak = await startLeak();
  await store(leak, addColleagues(leak).value);
  let mints = 0;
  const isSecond = (call: { readonly path: string }): boolean => {
    mints += isMint(call) ? 1 : 0;
    return isMint(call) && mints === 2;
  };
  leak.world.ims.faults.inject({ kind: 'repeat-token' }, { when: isSecond });
  expect(await leftBy(leak)).toContain('IMS still accepts');
  const { token } = (await leak.read('fusion')) ?? {};
  expect(leak.world.ims.isValid(String(token?.['access_token']))).toBe(true);
  const { invalidations } = leak.world.ims;
  expect(invalidations.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
});

it('leaked --token says what is left to people also if no token is stored', async () => {
  const leak = await startLeak();
  const Name = leak.world.secretId('fusion', 'token');
  const SecretId = Name;
  const now = { SecretId, ForceDeleteWithoutRecovery: true };
  await leak.client.send(new DeleteSecretCommand(now));
  await leak.client.send(new CreateSecretCommand({ Name }));
  await store(leak, addColleagues(leak).value);
  const exit = await leak.answer({ token: true });
  expect(exit.code).toBe(1);
  expect(textOf(exit)).toMatch(
    new RegExp(
      `^ERR_TOKEN_NOT_READY ${Name} holds no token, so that none was replaced → if one was stored there before, it may be valid: have Adobe support invalidate all tokens of the client ${leak.adobe.clientId}; `,
    ),
  );
  expect(flat(exit.stdout)).toContain(
    'Left to people: - IMS still accepts an earlier client secret',
  );
});
