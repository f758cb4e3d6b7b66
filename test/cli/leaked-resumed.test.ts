import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/errors.ts';
import type { Session } from '../../cli/session.ts';
import { epochSeconds } from '../../core/instant.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import {
  expectAnswered,
  interruptWait,
  refuseDeletion,
  setRotationTag,
  startLeak,
  textOf,
} from './leak-world.ts';
import { fileWith } from './operator.ts';
import type { Effects } from './session-here.ts';

type Secrets = Session['secrets'];

/** The first description of the token secret by its ARN is that of the renewal. */
const withoutRenewal: Effects = {
  secrets: (real: Secrets): Secrets => {
    const describeSecret: Secrets['describe'] = async (secretId) => {
      if (!/^arn:.*\/token/.test(secretId)) return await real.describe(secretId);
      throw new CliError('ERR_AWS_UNAVAILABLE', 'Secrets Manager does not answer');
    };
    return replacing(real, { describe: describeSecret });
  },
};

const gone = /\(the leaked client secret is gone; earlier tokens are still valid\)/;
const notKnown =
  /\(an earlier run has stored another client secret; whether the leaked one works is/;

describe('leaked, in a second run,', () => {
  it.each([
    ['says that the leaked client secret is gone', interruptWait, gone],
    ['does not say so while Adobe lists it', refuseDeletion, notKnown],
  ])('%s', async (_, breakOff, state) => {
    const leak = await startLeak();
    await breakOff(leak);
    const exit = await leak.answer({}, withoutRenewal);
    expect(textOf(exit)).toMatch(/^ERR_AWS_UNAVAILABLE could not renew the token: /);
    expect(textOf(exit)).toMatch(state);
    await expectAnswered(leak, await leak.answer());
  });

  it('believes neither a tag nor a list without the new client secret that it is gone', async () => {
    const leak = await startLeak();
    await refuseDeletion(leak);
    const { AWSCURRENT } = await labelsOf(leak.client, leak.world.secretId('fusion', 'client'));
    const at = new Date().toISOString().replace(/\.\d+/, '');
    await setRotationTag(leak, `retired uuid=0-forged at=${at} version=${AWSCURRENT}`);
    const forged = await leak.answer({}, withoutRenewal);
    expect(textOf(forged)).toMatch(notKnown);
  });

  it('says after the renewal, too, that the leaked client secret is gone', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    const { faults } = leak.world.consoleApi;
    let lists = 0;
    const isSecond = ({ method }: { readonly method: string }): boolean => {
      lists += method === 'GET' ? 1 : 0;
      return lists > 1;
    };
    faults.inject({ kind: 'server-error', status: 503 }, { when: isSecond });
    const exit = await leak.answer();
    expect(textOf(exit)).toMatch(/^ERR_CONSOLE_UNAVAILABLE could not delete the leaked client/);
    expect(textOf(exit)).toMatch(gone);
  });

  it('replaces nothing more than a day later, by when others use the new client secret', async () => {
    let ahead = 0;
    const clock = (): number => Date.now() + ahead * 1000;
    const now = () => epochSeconds(clock() / 1000);
    const leak = await startLeak({ now: clock });
    await interruptWait(leak, { now });
    const [live] = leak.adobe.liveSecrets;
    ahead = 26 * 3_600;
    await leak.invoke({ action: 'tick' });
    expect((await leak.cli('status', 'fusion')).stdout).toContain('leaked fusion');
    const exit = await leak.answer({}, { now });
    expect(exit).toMatchObject({ code: 1 });
    expect(leak.adobe.liveSecrets).toEqual([live]);
    expect(textOf(exit)).toMatch(
      /^ERR_CREDENTIAL_CHANGED .* has left nothing at Adobe that is known to have leaked; .* \(nothing was changed\) → .*; if the stored one has not leaked: aws secretsmanager tag-resource \S.*=none; if it has: aws \S.*=none; then: ims-token-rotator leaked fusion --version-id \S+ --now, which/,
    );
    await setRotationTag(leak, 'none');
    expect((await leak.cli('status', 'fusion')).stdout).not.toContain('leaked fusion');
  });

  it.each([
    ['without an earlier client secret that it could test', false],
    ['with another one than the leaked one', true],
  ])('proves nothing %s', async (_, hasOlder) => {
    const leak = await startLeak();
    const SecretId = leak.world.secretId('fusion', 'client');
    if (hasOlder) {
      const document = await leak.clientDocument();
      await leak.put(JSON.stringify({ ...document, client_secrets: ['p8e-dead-0123456789'] }));
      await leak.put(JSON.stringify(document));
    }
    const { AWSCURRENT: earlier } = await labelsOf(leak.client, SecretId);
    await refuseDeletion(leak);
    // AWS has deleted the version.
    leak.world.secretsManager.faults.inject(
      { kind: 'error', type: 'ResourceNotFoundException', message: 'no such version', status: 400 },
      { when: ({ action, body }) => action === 'GetSecretValue' && body['VersionId'] === earlier },
    );
    const exit = await leak.answer();
    expect(exit).toMatchObject({ code: 1 });
    expect(textOf(exit)).toMatch(
      /^ERR_LEAK_UNPROVEN .*the version with the leaked client secret is gone/,
    );
    expect(textOf(exit)).toContain(
      ` → delete the one in version ${earlier} of ${SecretId}, unless that is the stored one, in the Adobe Developer Console, if it is still there, and no other; then: aws secretsmanager tag-resource --secret-id ims-token-rotator/local/fusion/client --tags Key=ims-token-rotator:rotation,Value=none; then: ims-token-rotator leaked fusion --token --now`,
    );
    expect((await leak.cli('status', 'fusion')).code).toBe(1);
  });

  it('has a token minted if the new one has expired meanwhile', async () => {
    let ahead = 0;
    const clock = (): number => Date.now() + ahead * 1000;
    const now = () => epochSeconds(clock() / 1000);
    const leak = await startLeak({ now: clock });
    await refuseDeletion(leak);
    expect((await leak.cli('pause', 'fusion')).code).toBe(0);
    ahead = 26 * 3_600;
    const exit = await leak.answer({}, { now });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(exit.stdout).toContain('minted a token on this machine and stored it');
    expect(leak.adobe.liveSecret(leak.leakedSecret)).toBeUndefined();
  });

  it('names its own version if what is no credential is stored in the place of that', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    const SecretId = leak.world.secretId('fusion', 'client');
    const { AWSCURRENT: own } = await labelsOf(leak.client, SecretId);
    await leak.put('{}');
    const { AWSCURRENT: other } = await labelsOf(leak.client, SecretId);
    expect(textOf(await leak.answer())).toContain(
      `what is no credential is stored in ${SecretId}, in the place of version ${own}, which answers the leak (nothing was changed) → make that the current version again: aws secretsmanager update-secret-version-stage --secret-id ${SecretId} --version-stage AWSCURRENT --move-to-version-id ${own} --remove-from-version-id ${other}; then go on: ims-token-rotator leaked fusion --version-id `,
    );
  });

  it('names all that is left to people if the stored client secret works no more', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    const uuid = leak.adobe.secrets.find(({ value }) => value === leak.leakedSecret)?.uuid;
    for (const { value } of leak.adobe.liveSecrets) leak.adobe.removeSecret(value);
    const exit = await leak.answer();
    expect(textOf(exit)).toContain('whether the leaked one works is not known yet');
    expect(textOf(exit)).toMatch(
      new RegExp(
        `add one in the Adobe Developer Console, or take the one that somebody has added there; then: ims-token-rotator put-credential fusion FILE; then: ims-token-rotator leaked fusion --token --now; then: delete the one in version \\S+ of \\S+/client \\(noted as ${uuid}: compare the values first\\) in the Adobe Developer Console, if it is still there, and no other; then: aws secretsmanager tag-resource `,
      ),
    );
  });
});

it('leaked says that nothing was changed after Ctrl-C in its first seconds', async () => {
  const leak = await startLeak();
  const interruption = new AbortController();
  const secrets = (real: Secrets): Secrets => {
    const describeSecret: Secrets['describe'] = async (secretId) => {
      interruption.abort();
      return await real.describe(secretId);
    };
    return replacing(real, { describe: describeSecret });
  };
  const exit = await leak.answer({}, { secrets }, interruption.signal);
  expect(exit).toMatchObject({ code: 130 });
  expect(textOf(exit)).toBe('ERR_INTERRUPTED interrupted: nothing was changed');
});

it('put-credential warns of the client secret that has leaked', async () => {
  const leak = await startLeak();
  await refuseDeletion(leak);
  const uuid = leak.adobe.secrets.find(({ value }) => value === leak.leakedSecret)?.uuid;
  const client_secrets = [{ client_secret: leak.leakedSecret, uuid }];
  const text = JSON.stringify({ ...(await leak.clientDocument()), client_secrets });
  const { stderr } = await leak.cli('put-credential', 'fusion', await fileWith(text), '--dry-run');
  expect(stderr).toContain(
    `warning: the file has ${uuid}, which is the client secret that has leaked`,
  );
});

it('offboard warns of an answer to a leak that is not complete', async () => {
  const leak = await startLeak();
  await refuseDeletion(leak);
  const { stdout } = await leak.cli('offboard', 'fusion', '--yes');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'client is not complete, so that what has leaked may still work at Adobe: complete it first, or',
  );
});
