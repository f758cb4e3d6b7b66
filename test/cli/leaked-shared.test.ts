import { expect, it } from 'vitest';
import { leaked } from '../../cli/commands/leaked.ts';
import { onboard } from '../../local/onboarding.ts';
import { type LeakWorld, startLeak, textOf } from './leak-world.ts';
import { fileWith } from './operator.ts';
import { runHere } from './session-here.ts';

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The credentials `fusion` and `other`, which have the same client, each in a secret of its own. */
async function startShared(): Promise<LeakWorld> {
  const leak = await startLeak();
  await onboard(leak.world, leak.client, 'other', JSON.stringify(await leak.clientDocument()));
  await leak.invoke({ action: 'tick' });
  return leak;
}

const tokenOf = async (leak: LeakWorld, name: string): Promise<string> =>
  String((await leak.read(name))?.token['access_token']);

/** Adobe support invalidates all tokens of the client. */
async function invalidateAll(leak: LeakWorld): Promise<void> {
  for (const name of ['fusion', 'other']) leak.world.ims.revoke(await tokenOf(leak, name));
}

it('after a leak no credential of the client keeps a token that Adobe support has invalidated', async () => {
  const leak = await startShared();
  const exit = await leak.answer();
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  await leak.remember();
  const told = flat(exit.stdout);
  const steps = [
    'ims-token-rotator put-credential OTHER FILE; then: ims-token-rotator leaked OTHER --token; FILE is the value of OTHER with the client secrets that ims-token-rotator/local/fusion/client holds now.',
    'this shows it at once: ims-token-rotator doctor OTHER --mint',
    `have Adobe support invalidate all tokens of the client ${leak.adobe.clientId}; that ends the good ones, too, so replace those right after it: ims-token-rotator renew fusion --force; and for every other credential of this client: ims-token-rotator renew OTHER --force`,
  ];
  const at = steps.map((step) => told.indexOf(step));
  expect(at).not.toContain(-1);
  expect(at).toEqual(at.toSorted((one, two) => one - two));

  const file = await fileWith(JSON.stringify(await leak.clientDocument()));
  expect(await leak.cli('put-credential', 'other', file, '--wait', '0')).toMatchObject({ code: 0 });
  const urls = {
    imsEndpointUrl: leak.world.ims.url,
    consoleEndpointUrl: leak.world.consoleApi.url,
  };
  const ofOther = await runHere(leak, (session) =>
    leaked(session, 'other', { yes: true, token: true, now: true, cache: 600, ...urls }),
  );
  expect(ofOther, ofOther.stderr).toMatchObject({ code: 0 });
  expect(flat(ofOther.stdout)).toContain(
    'that ends the good ones, too, so replace those right after it: ims-token-rotator renew other --force; and for every other credential of this client: ims-token-rotator renew OTHER --force',
  );
  await invalidateAll(leak);
  for (const name of ['fusion', 'other']) {
    const replaced = await leak.invoke({
      action: 'renew',
      credential: name,
      force: true,
      replaces: (await leak.read(name))?.versionId,
    });
    expect(replaced.error).toBeUndefined();
    expect(leak.world.ims.isValid(await tokenOf(leak, name))).toBe(true);
  }
});

it('doctor --mint shows a credential that still has the leaked client secret, though its token is fresh', async () => {
  const leak = await startShared();
  expect(await leak.answer()).toMatchObject({ code: 0 });
  await leak.remember();
  expect(await leak.cli('doctor', 'other')).toMatchObject({ code: 0 });
  const minted = await leak.cli('doctor', 'other', '--mint');
  expect(minted.code).toBe(1);
  expect(minted.stdout).toMatch(/✗ mint .*invalid_client/);
});

it('leaked offers a credential without a working client secret the one of another credential', async () => {
  const leak = await startShared();
  expect(await leak.answer()).toMatchObject({ code: 0 });
  await leak.remember();
  const urls = {
    imsEndpointUrl: leak.world.ims.url,
    consoleEndpointUrl: leak.world.consoleApi.url,
  };
  const exit = await runHere(leak, (session) =>
    leaked(session, 'other', { yes: true, now: true, cache: 600, ...urls }),
  );
  expect(textOf(exit)).toMatch(
    /→ if the leak was answered in another credential of this client, FILE is to be the value of ims-token-rotator\/local\/other\/client with the client secrets that that one holds now; if not, add one in the Adobe Developer Console, or take the one that somebody has added there; then: ims-token-rotator put-credential other FILE; then: ims-token-rotator leaked other --token --now$/,
  );
});

it('leaked does not lead to a renewal that a pause refuses', async () => {
  const leak = await startLeak();
  await leak.cli('pause', 'fusion');
  const exit = await leak.answer();
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  await leak.remember();
  expect(flat(exit.stdout)).not.toContain('renew fusion --force');
  expect(flat(exit.stdout)).toContain(
    'right after it: ims-token-rotator leaked fusion --token --now; and',
  );
  leak.world.ims.revoke(await tokenOf(leak, 'fusion'));
  expect(await leak.answer({ token: true })).toMatchObject({ code: 0 });
  expect(leak.world.ims.isValid(await tokenOf(leak, 'fusion'))).toBe(true);
});

it('leaked says before it asks that the stored client secret has replaced a leaked one', async () => {
  const leak = await startLeak();
  const first = await leak.answer();
  expect(first, first.stderr).toMatchObject({ code: 0 });
  expect(first.stderr).toBe('');
  const again = await leak.cli('leaked', 'fusion');
  expect(again.code).toBe(2);
  expect(textOf(again)).toMatch(
    /^warning: what is stored in ims-token-rotator\/local\/fusion\/client has replaced a leaked client secret at \S+Z; go on only if it has leaked, too/,
  );
});

it.each([true, false])(
  'leaked says which of two client secrets may go, the stored one with its uuid: %s',
  async (isNoted) => {
    const leak = await startLeak();
    const [stored] = leak.adobe.liveSecrets;
    const document = await leak.clientDocument();
    const { uuid, value } = leak.adobe.addSecret('p8e-of-a-colleague-0123456789');
    leak.secrets.add(value);
    // No earlier version notes the uuid of this one.
    if (!isNoted) await leak.put(JSON.stringify({ ...document, client_secrets: [value] }));
    const text = textOf(await leak.answer());
    expect(text).not.toContain('delete the one that nobody uses');
    expect(text).toContain('(nothing was changed) → what has leaked works, so do not wait. ');
    const own = isNoted ? stored?.uuid : 'the one that was stored before';
    const other = isNoted ? uuid : 'the other one';
    expect(text).toMatch(
      isNoted
        ? new RegExp(
            `${own} \\(of \\S+Z, last used \\S+Z\\) is the stored one, by the uuid with which it is in a version of \\S+/client; the other one is ${other} \\(of \\S+Z, never used\\)\\. That uuid may be wrong: compare the stored value with those in the Adobe Developer Console\\. Ask`,
          )
        : /The value of \S+ has no uuid that Adobe lists, so compare it with the values in the Adobe Developer Console/,
    );
    expect(text).toMatch(
      new RegExp(
        `If nobody uses ${other}, or it has leaked, too, delete it in the Adobe Developer Console, by its uuid, and no other; then: ims-token-rotator leaked fusion --version-id \\S+ --now\\. If somebody uses it and it has not leaked, store it in ims-token-rotator/local/fusion/client in place of the leaked one, alone in FILE: ims-token-rotator put-credential fusion FILE; then delete the leaked one there, whose value is in version \\S+; then: ims-token-rotator leaked fusion --token --now, which says so if IMS still accepts what was stored before$`,
      ),
    );
    expect(leak.adobe.liveSecrets).toHaveLength(2);
  },
);

it('leaked says that all client secrets of a value have leaked, where it cannot tell which they are at Adobe', async () => {
  const leak = await startLeak();
  const { client_secrets, ...document } = await leak.clientDocument();
  const { value } = leak.adobe.addSecret('p8e-stored-beside-it-0123456789');
  leak.secrets.add(value);
  const both = [...client_secrets, { client_secret: value }];
  await leak.put(JSON.stringify({ ...document, client_secrets: both }));
  expect(textOf(await leak.answer())).toMatch(
    /so do not wait\. The value of \S+\/client holds 2 client secrets, which have all leaked\. \S+ \([^)]*\) is one of them, by the uuid /,
  );
  expect(leak.adobe.liveSecrets).toHaveLength(2);
});
