import { DescribeSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { sampleClient, storedDocument } from '../../local/sample-credential.ts';
import { expectAnswered, type LeakWorld, setRotationTag, startLeak } from './leak-world.ts';
import { fileWith } from './operator.ts';

const args = ['leaked', 'fusion', '--yes', '--now'] as const;

async function tagsOf({ client, world }: LeakWorld, kind: 'client' | 'token') {
  const SecretId = world.secretId('fusion', kind);
  const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId }));
  return Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, Value]));
}

async function tag(
  { client, world }: LeakWorld,
  kind: 'client' | 'token',
  Key: string,
  Value: string,
): Promise<void> {
  const SecretId = world.secretId('fusion', kind);
  await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
}

/** Nothing was added, deleted or stored. */
async function expectUntouched(leak: LeakWorld, before: number): Promise<void> {
  const { adobe, leakedSecret, clientDocument } = leak;
  expect(adobe.secrets).toHaveLength(before);
  expect(adobe.liveSecrets).toHaveLength(before);
  const values = (await clientDocument()).client_secrets.map((entry) =>
    typeof entry === 'string' ? entry : entry.client_secret,
  );
  expect(values).toContain(leakedSecret);
}

describe('leaked', () => {
  it('replaces the client secret and the token, and makes what has leaked useless', async () => {
    const leak = await startLeak();
    leak.world.aws.account.recordEvent({
      eventName: 'GetSecretValue',
      eventSource: 'secretsmanager.amazonaws.com',
      at: Date.now() - 60_000,
      username: 'reporting',
      principalArn: 'arn:aws:iam::111122223333:user/reporting',
      accessKeyId: 'AKIAREPORTING',
      resourceName: undefined,
      requestParameters: { secretId: leak.world.secretId('fusion', 'client') },
    });
    const exit = await leak.cli(...args);
    await expectAnswered(leak, exit);
    expect(exit.stdout).toContain(
      `have Adobe support invalidate all tokens of the client ${leak.adobe.clientId}`,
    );
    expect(exit.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'for each, ims-token-rotator put-credential OTHER FILE; then: ims-token-rotator leaked OTHER --token',
    );
    const readers = exit.stdout.replaceAll(/\s+/g, ' ').split('- ').slice(-3).join('');
    expect(readers).toMatch(/^arn:aws:iam::111122223333:user\/reporting last read the client/);
    expect(readers).toMatch(/\/rotator-local, the rotator's function, last read the client/);
    expect(readers).toMatch(/user\/local, who runs this command, last read the client/);
    expect((await tagsOf(leak, 'client'))[tagKeys.rotation]).toBe('none');
    const document = await leak.clientDocument();
    expect(document.credential_id).toBe(leak.adobe.credentialId);
  });

  it('replaces the new secret too, if that leaks', async () => {
    const leak = await startLeak();
    await expectAnswered(leak, await leak.cli(...args));
    const again = await leak.cli(...args, '--json');
    await expectAnswered(leak, again);
    expect(leak.adobe.secrets).toHaveLength(3);
    const { steps, left_to_people } = JSON.parse(again.stdout);
    expect(steps.length).toBeGreaterThan(8);
    expect(left_to_people.length).toBeGreaterThan(2);
  });

  it.each([
    ['a pause', 'paused', 'stored it: the credential is paused, which a leak overrides'],
    ['a spent budget', 'spent', "stored it: the function's budget of requests is used up"],
  ])('overrides %s, and says so', async (_, state, words) => {
    const leak = await startLeak();
    if (state === 'paused') await tag(leak, 'token', tagKeys.paused, 'true');
    else {
      const now = new Date().toISOString().replace(/\.\d+Z/, 'Z');
      await tag(leak, 'token', tagKeys.requested, `${now} ${now} ${now}`);
    }
    const exit = await leak.answer();
    await expectAnswered(leak, exit);
    expect(exit.stdout).toContain(words);
    // The alarm on a new failure counts these: nothing has failed.
    const logs = leak.world.lambda.logs(leak.world.functionName);
    expect(logs.length).toBeGreaterThan(0);
    expect(logs.filter((line) => line.includes('ERR_'))).toEqual([]);
    if (state === 'paused') {
      expect((await tagsOf(leak, 'token'))[tagKeys.paused]).toBe('true');
      expect(exit.stdout).toContain('ims-token-rotator resume fusion');
    }
    // The function believes the version that the command has stored.
    const { error } = await leak.invoke({ action: 'tick' });
    expect(error).toBeUndefined();
    expect((await leak.read('fusion'))?.token['access_token']).toBe(leak.tokens.at(-1));
  });

  it('shows in status until it is complete, although the token is fresh', async () => {
    const leak = await startLeak();
    const when = ({ path }: { readonly path: string }) => path.includes('invalidate');
    leak.world.ims.faults.inject({ kind: 'server-error', status: 403 }, { when });
    expect(await leak.answer()).toMatchObject({ code: 1 });
    leak.world.ims.faults.clear();
    const { code, stdout } = await leak.cli('status');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fusion +failing +█/m);
    expect(stdout).toMatch(/may still work, for \d+ s \(ERR_LEAK_UNPROVEN\)/);
    expect(stdout).toMatch(/→ ims-token-rotator leaked fusion --version-id \S+$/m);
    await leak.remember();
    await expectAnswered(leak, await leak.answer());
    expect(await leak.cli('status')).toMatchObject({ code: 0 });
  });

  it('deletes a retired secret first, to make room', async () => {
    const leak = await startLeak();
    const { adobe, leakedSecret, put, clientDocument } = leak;
    const retired = adobe.addSecret('p8e-retired-0123456789abcdef');
    leak.secrets.add(retired.value);
    const document = await clientDocument();
    const old = {
      client_secret: retired.value,
      uuid: retired.uuid,
      retired_at: '2026-01-01T00:00:00Z',
    };
    await put(JSON.stringify({ ...document, client_secrets: [...document.client_secrets, old] }));
    const exit = await leak.answer();
    await expectAnswered(leak, exit);
    const deleted = leak.world.consoleApi.requests.filter(({ outcome }) => outcome === 'deleted');
    const leakedUuid = adobe.secrets.find(({ value }) => value === leakedSecret)?.uuid;
    expect(deleted.map(({ uuid }) => uuid)).toEqual([retired.uuid, leakedUuid]);
    expect(exit.stdout).toContain(`deleted ${retired.uuid} at Adobe, which was retired`);
  });

  it('takes two secrets whose uuids are not noted for leaked, if IMS accepts both', async () => {
    const leak = await startLeak();
    const second = leak.adobe.addSecret('p8e-second-0123456789abcdef');
    leak.secrets.add(second.value);
    const document = await leak.clientDocument();
    await leak.put(
      JSON.stringify({ ...document, client_secrets: [leak.leakedSecret, second.value] }),
    );
    await expectAnswered(leak, await leak.answer());
  });

  it.each([
    ['whose uuid is noted', true],
    ['whose uuid is not noted', false],
  ])('leaves a secret alone that nobody stored, beside one %s', async (_, isNoted) => {
    const leak = await startLeak();
    const { adobe, put, clientDocument } = leak;
    if (!isNoted) {
      const document = await clientDocument();
      await put(JSON.stringify({ ...document, client_secrets: [leak.leakedSecret] }));
    }
    const stranger = adobe.addSecret('p8e-stranger-0123456789abcdef');
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    expect(stderr).toMatch(/ERR_CLIENT_SECRET_LIMIT/);
    for (const { uuid } of adobe.liveSecrets) expect(stderr).toContain(uuid);
    expect(stranger.deletedAt).toBeUndefined();
    await expectUntouched(leak, 2);
  });

  it.each<[string, (leak: LeakWorld) => unknown, string, string]>([
    [
      'has no ids of the Console',
      async ({ put, clientDocument }) => {
        const { credential_id: _, ...document } = await clientDocument();
        await put(JSON.stringify(document));
      },
      'ERR_CREDENTIAL_INVALID',
      'put-credential fusion FILE',
    ],
    [
      'may not manage its secrets',
      ({ adobe }) => {
        adobe.scopes = sampleClient().scopes;
      },
      'ERR_TOKEN_REJECTED',
      'add the I/O Management API',
    ],
    [
      'has a secret that was deleted already',
      ({ adobe, leakedSecret }) => {
        adobe.addSecret('p8e-of-a-person-0123456789');
        adobe.removeSecret(leakedSecret);
      },
      'ERR_TOKEN_REJECTED',
      'ims-token-rotator leaked fusion --token',
    ],
  ])('stops before it changes anything, if the credential %s', async (_, prepare, code, fix) => {
    const leak = await startLeak();
    await prepare(leak);
    const exit = await leak.answer();
    expect(exit).toMatchObject({ code: 1 });
    expect(exit.stderr).toContain(code);
    expect(exit.stderr.replaceAll(/\s+/g, ' ')).toContain(fix);
    expect(exit.stderr).toContain('nothing was changed');
    // That would delete what the advice has had added.
    expect(exit.stderr).not.toMatch(/--token;\s+then\s+go\s+on/);
    expect(leak.world.consoleApi.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  describe('where IMS issues tokens of an hour,', () => {
    it.each([
      ['goes on right after a renewal', 0],
      ['stops if consumers would run out of tokens meanwhile', 2_000],
    ])('%s', async (_, age) => {
      let ahead = 0;
      const leak = await startLeak({ now: () => Date.now() + ahead * 1000 });
      leak.adobe.lifetimeSeconds = 3_500;
      const replaces = (await leak.read('fusion'))?.versionId;
      await leak.invoke({ action: 'renew', credential: 'fusion', force: true, replaces });
      ahead = age;
      const exit = await leak.answer({}, { now: () => epochSeconds(Date.now() / 1000 + ahead) });
      if (age === 0) return expect(exit, exit.stderr).toMatchObject({ code: 0 });
      expect(exit.code).toBe(1);
      expect(exit.stderr).toMatch(/ERR_TOKEN_EXPIRED .*lasts only 2[45] min/);
      expect(exit.stderr).toContain('ims-token-rotator renew fusion --force');
      await expectUntouched(leak, 1);
    });
  });

  it('does not take another stored secret for the answer that was broken off', async () => {
    const leak = await startLeak();
    const { world, adobe, put } = leak;
    world.ims.faults.inject(
      { kind: 'server-error', status: 403 },
      { when: ({ path }) => path.includes('invalidate') },
    );
    expect(await leak.answer()).toMatchObject({ code: 1 });
    world.ims.faults.clear();
    await leak.remember();
    const file = await fileWith(storedDocument(adobe));
    await put(storedDocument(adobe));
    const warned = await leak.cli('put-credential', 'fusion', file, '--dry-run');
    expect(warned.stderr.replaceAll(/\s+/g, ' ')).toContain(
      'warning: an answer to a leak is not complete, so that what has leaked may still work; unless it told you to store this credential, complete it first (once another one is stored, people have to do the rest): ims-token-rotator leaked fusion',
    );
    const stored = adobe.liveSecrets[0]?.value;
    const refused = await leak.answer();
    expect(refused.stderr).toMatch(/^ERR_CREDENTIAL_CHANGED /);
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /; only if all that is stored has leaked, too: ims-token-rotator leaked fusion --version-id \S+ --now, which deletes it at Adobe for whoever else uses it/,
    );
    expect(adobe.liveSecrets[0]?.value).toBe(stored);
    await setRotationTag(leak, 'none');
    await expectAnswered(leak, await leak.answer());
    expect(adobe.liveSecrets[0]?.value).not.toBe(stored);
  });

  it('says that it is complete if Ctrl-C only keeps it from saying who has read the secret', async () => {
    const leak = await startLeak();
    const interruption = new AbortController();
    leak.world.aws.faults.inject(
      { kind: 'denied' },
      {
        when: ({ action }) => {
          if (action === 'LookupEvents') interruption.abort();
          return false;
        },
      },
    );
    const { code, stderr } = await leak.answer({}, {}, interruption.signal);
    expect(code).toBe(130);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('interrupted: the leak is answered; only');
  });

  it('fails if IMS still accepts the leaked secret', async () => {
    const leak = await startLeak();
    const { world, adobe, leakedSecret } = leak;
    world.secretsManager.onCall(({ action, secretId = '' }) => {
      if (action === 'ListSecretVersionIds' && secretId.includes('/token'))
        adobe.addSecret(leakedSecret);
    });
    // The question about the leaked secret comes after the tokens are invalidated.
    const isQuestion = ({ path }: { readonly path: string }): boolean =>
      path === '/ims/token/v3' && world.ims.invalidations.length > 0;
    world.ims.faults.inject({ kind: 'repeat-token' }, { when: isQuestion });
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    expect(stderr).toMatch(/ERR_LEAK_UNPROVEN .*IMS still accepts the leaked client secret/);
    // IMS may issue a token to more than one.
    const { token } = (await leak.read('fusion')) ?? {};
    expect(world.ims.isValid(String(token?.['access_token']))).toBe(true);
  });

  it('fails if IMS still accepts an earlier token', async () => {
    const leak = await startLeak();
    leak.world.ims.faults.inject(
      { kind: 'server-error', status: 204 },
      { when: ({ path }) => path.includes('invalidate') },
    );
    const { code, stderr } = await leak.answer();
    expect(code).toBe(1);
    expect(stderr).toMatch(/ERR_LEAK_UNPROVEN .*IMS still accepts an earlier token/);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      `have Adobe support invalidate all tokens of the client ${leak.adobe.clientId}; then: ims-token-rotator leaked fusion --token --now, which says how to go on; and for every other credential of this client: ims-token-rotator renew OTHER --force`,
    );
  });

  it('needs a terminal to ask, or --yes', async () => {
    const leak = await startLeak();
    const { code, stderr } = await leak.cli('leaked', 'fusion');
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    await expectUntouched(leak, 1);
  });
});

describe('leaked --token', () => {
  it('replaces the token, and leaves the client secret alone', async () => {
    const leak = await startLeak();
    const { world, adobe, tokens } = leak;
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    await leak.remember();
    expect(adobe.secrets).toHaveLength(1);
    expect(world.consoleApi.requests).toEqual([]);
    expect(tokens).toHaveLength(2);
    expect(tokens.map((token) => world.ims.isValid(token))).toEqual([false, true]);
  });

  it('replaces a paused token too, and ends well after a failure', async () => {
    const leak = await startLeak();
    const { world, tokens } = leak;
    await tag(leak, 'token', tagKeys.paused, 'true');
    world.ims.faults.inject(
      { kind: 'server-error', status: 403 },
      { when: ({ path }) => path.includes('invalidate') },
    );
    expect(await leak.answer({ token: true })).toMatchObject({ code: 1 });
    world.ims.faults.clear();
    await leak.remember();
    expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
    await leak.remember();
    expect(tokens.map((token) => world.ims.isValid(token))).toEqual([false, false, true]);
  });

  it('works with a credential whose first client secret is gone', async () => {
    const leak = await startLeak();
    const { world, adobe, put, clientDocument, leakedSecret: live, tokens } = leak;
    const document = await clientDocument();
    const gone = 'p8e-gone-0123456789abcdef';
    await put(JSON.stringify({ ...document, client_secrets: [gone, live] }));
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    await leak.remember();
    expect(tokens.map((token) => world.ims.isValid(token))).toEqual([false, true]);
    expect(adobe.liveSecrets.map(({ value }) => value)).toEqual([live]);
  });

  it('does not invalidate a token that IMS issues again', async () => {
    const leak = await startLeak();
    const { world, tokens } = leak;
    world.ims.faults.inject(
      { kind: 'repeat-token' },
      { when: ({ path }) => path.includes('token/v3') },
    );
    const { code, stderr } = await leak.answer({ token: true });
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_LEAK_UNPROVEN IMS has issued the leaked token again');
    expect(world.ims.isValid(tokens[0] ?? '')).toBe(true);
  });
});
