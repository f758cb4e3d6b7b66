import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { type LeakWorld, setRotationTag, startLeak } from './leak-world.ts';
import { type Operator, startOperator } from './operator.ts';
import { checksOf } from './patient.ts';

/** A rotator that declares `fusion` and `second`, and an operator who may lose rights. */
async function startPoor() {
  const denied = { is: (_action: string): boolean => false };
  const operator = await startOperator({
    environment: { [environmentVariables.declared]: 'fusion,second' },
    authorize: (action, _resource, context) =>
      !(String(context['aws:PrincipalArn']).includes('user/local') && denied.is(action)),
  });
  for (const name of ['fusion', 'second']) await operator.onboard(name);
  await operator.invoke({ action: 'tick' });
  return { operator, denied };
}

async function deletePair({ client, world }: Operator, name: string): Promise<void> {
  for (const kind of ['client', 'token'] as const) {
    const SecretId = world.secretId(name, kind);
    const how = { SecretId, ForceDeleteWithoutRecovery: true };
    await client.send(new DeleteSecretCommand(how));
  }
}

describe('doctor is not content', () => {
  it.each([
    ['all credentials', [], /^nothing of credentials could be seen$/m],
    ['a credential', ['fusion', '--mint'], /^nothing of credential fusion could be seen$/m],
  ])('if it sees nothing of %s', async (_, args, words) => {
    const { operator, denied } = await startPoor();
    denied.is = () => true;
    const given = ['doctor', ...args, '--prefix', operator.world.prefix, '--json'];
    const { code, stdout, stderr } = await operator.cli(...given);
    const { healthy, checks } = JSON.parse(stdout);
    expect(checks.map((one: { verdict: string }) => one.verdict)).not.toContain('failed');
    expect({ code, healthy }).toEqual({ code: 1, healthy: false });
    expect(stderr).toMatch(words);
  });

  it('with all credentials if it cannot see which are declared', async () => {
    const { operator, denied } = await startPoor();
    await deletePair(operator, 'second');
    expect((await checksOf(operator)).find('state')).toMatchObject({ verdict: 'failed' });
    denied.is = (action) => action === 'lambda:ListFunctions';
    const state = (await checksOf(operator, '--prefix', operator.world.prefix)).find('state');
    expect(state).toMatchObject({
      verdict: 'unknown',
      detail:
        '1, none failing, expired or overdue; declared ones whose secrets are gone are not seen',
    });
  });
});

describe('doctor --mint does not call a client secret at Adobe a stored one', () => {
  const added = 'p8e-added-0123456789abcdef';

  const find = async (leak: LeakWorld) => {
    await setRotationTag(leak, 'none');
    return (await checksOf(leak, 'fusion', '--mint')).find('secrets at Adobe');
  };

  it('because the stored value notes no uuids', async () => {
    const leak = await startLeak();
    const gone = 'p8e-gone-at-adobe-0123456789abcdef';
    leak.secrets.add(gone).add(leak.adobe.addSecret(added).value);
    const client_secrets = [leak.leakedSecret, gone];
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
    const { verdict, detail } = await find(leak);
    expect(verdict).toBe('unknown');
    expect(detail).toMatch(
      /^whether these are stored here is not known, .*: \S+ \(of .*, never used\)$/,
    );
  });

  it('because an earlier version holds it', async () => {
    const leak = await startLeak();
    const earlier = leak.adobe.liveSecrets[0]?.uuid;
    const document = await leak.clientDocument();
    const noted = [{ client_secret: leak.leakedSecret, uuid: earlier }];
    await leak.put(JSON.stringify({ ...document, client_secrets: noted }));
    const { value, uuid, createdAt } = leak.adobe.addSecret(added);
    leak.secrets.add(value);
    const created_at = new Date(createdAt).toISOString().replace('.000', '');
    const client_secrets = [{ client_secret: value, uuid, created_at }];
    await leak.put(JSON.stringify({ ...document, client_secrets }));
    const { verdict, detail } = await find(leak);
    expect(verdict).toBe('unknown');
    expect(detail).toMatch(/ is only in an earlier version, and still valid$/);
    expect(detail).toContain(earlier);
  });

  it('because a person may have noted the uuid of another one', async () => {
    const leak = await startLeak();
    const document = await leak.clientDocument();
    const colleagues = leak.adobe.liveSecrets[0];
    const { value } = leak.adobe.addSecret(added);
    leak.secrets.add(value);
    const client_secrets = [{ client_secret: value, uuid: colleagues?.uuid }];
    await leak.put(JSON.stringify({ ...document, client_secrets }));
    const found = await find(leak);
    expect(found).toMatchObject({ verdict: 'unknown' });
    expect(found.detail).toMatch(/^whether these are stored here is not known, /);
    expect(found.fix ?? '').not.toContain('delete');
    // It is the only one.
    leak.adobe.removeSecret(colleagues?.value ?? '');
    expect(await find(leak)).toMatchObject({
      verdict: 'ok',
      detail: '1 client secret, stored here',
    });
  });

  it.each([true, false])(
    'because it was retired, and is stored again, with its uuid: %s',
    async (isNoted) => {
      const leak = await startLeak();
      const document = await leak.clientDocument();
      const [first] = document.client_secrets;
      const { value, uuid } = leak.adobe.addSecret(added);
      leak.secrets.add(value);
      const rotated = [
        { client_secret: value, uuid },
        { ...first, retired_at: '2026-11-22T12:00:00Z' },
      ];
      await leak.put(JSON.stringify({ ...document, client_secrets: rotated }));
      const again = isNoted ? first : { client_secret: first?.client_secret };
      await leak.put(JSON.stringify({ ...document, client_secrets: [again] }));
      await setRotationTag(leak, `retired uuid=${first?.uuid} at=2026-11-22T12:17:00Z`);
      const found = (await checksOf(leak, 'fusion', '--mint')).find('secrets at Adobe');
      expect(found).toMatchObject({
        verdict: 'failed',
        detail: `${first?.uuid}, which was replaced, is stored again`,
      });
      expect(found.fix).toMatch(
        /^compare the stored value .*; then: \S+ rotate-client-secret fusion/,
      );
    },
  );

  it('for ever where it is retired, and nothing deletes it', async () => {
    const leak = await startLeak();
    const document = await leak.clientDocument();
    const [first] = document.client_secrets;
    const { value, uuid } = leak.adobe.addSecret(added);
    leak.secrets.add(value);
    const client_secrets = [
      { client_secret: value, uuid },
      { ...first, retired_at: '2026-11-22T12:00:00Z' },
    ];
    await leak.put(JSON.stringify({ ...document, client_secrets }));
    const at = new Date().toISOString().replace(/\.\d+Z/, 'Z');
    await setRotationTag(leak, `retired uuid=${first?.uuid} at=${at}`);
    const found = (await checksOf(leak, 'fusion', '--mint')).find('secrets at Adobe');
    expect(found).toMatchObject({ verdict: 'unknown' });
    expect(found.detail).toContain('the rotation is switched off');
    expect(found.fix).toMatch(/^find it in the Developer Console by its value, /);
  });

  it('because it is retired, and the one in its place is gone at Adobe', async () => {
    const leak = await startLeak();
    const document = await leak.clientDocument();
    const retired = { ...document.client_secrets[0], retired_at: '2026-11-22T12:00:00Z' };
    const client_secrets = [{ client_secret: added, uuid: 'gone' }, retired];
    leak.secrets.add(added);
    await leak.put(JSON.stringify({ ...document, client_secrets }));
    expect(await find(leak)).toMatchObject({
      verdict: 'failed',
      detail: 'IMS accepts only a client secret that is retired, and no other that is stored',
      fix: expect.stringMatching(/one that works first: \S+ put-credential fusion FILE/),
    });
    // It is the first to be tried, and the other one may work.
    await leak.put(JSON.stringify({ ...document, client_secrets: client_secrets.toReversed() }));
    expect(await find(leak)).toMatchObject({ verdict: 'ok' });
  });

  it('but knows the stored one by an earlier version, if the value does not note its uuid any more', async () => {
    const leak = await startLeak();
    const document = await leak.clientDocument();
    const uuid = leak.adobe.liveSecrets[0]?.uuid;
    for (const entry of [{ client_secret: leak.leakedSecret, uuid }, leak.leakedSecret]) {
      await leak.put(JSON.stringify({ ...document, client_secrets: [entry] }));
    }
    expect(await find(leak)).toMatchObject({
      verdict: 'ok',
      detail: '1 client secret, stored here',
    });
  });
});
