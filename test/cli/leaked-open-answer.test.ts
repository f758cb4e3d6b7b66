import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/errors.ts';
import type { Session } from '../../cli/session.ts';
import { replacing } from '../support/credential.ts';
import type { Exit } from '../support/run-process.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { expectAnswered, type LeakWorld, setRotationTag, startLeak } from './leak-world.ts';

type Secrets = Session['secrets'];

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Ctrl-C in the wait: the leaked client secret is deleted at Adobe, and the answer is not complete. */
async function interrupt(leak: LeakWorld): Promise<Exit> {
  const interruption = new AbortController();
  const sleep = (): Promise<void> => {
    interruption.abort();
    return Promise.reject(new DOMException('aborted', 'AbortError'));
  };
  return await leak.answer({ now: false }, { sleep }, interruption.signal);
}

async function goBack({ client, world }: LeakWorld): Promise<void> {
  const SecretId = world.secretId('fusion', 'client');
  const { AWSPREVIOUS, AWSCURRENT } = await labelsOf(client, SecretId);
  const labels = { MoveToVersionId: AWSPREVIOUS, RemoveFromVersionId: AWSCURRENT };
  const VersionStage = 'AWSCURRENT';
  await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage, ...labels }));
}

interface Seen {
  readonly check: string;
  readonly detail: string;
  readonly fix?: string;
}

async function checksOf({ cli }: LeakWorld, ...args: readonly string[]): Promise<readonly Seen[]> {
  return JSON.parse((await cli('doctor', 'fusion', '--json', ...args)).stdout).checks;
}

describe('an answer to a leak that was broken off', () => {
  it.each<[string, (leak: LeakWorld) => Promise<void>, RegExp]>([
    ['IMS rejects what is stored', goBack, /invalid_client/],
    ['what is stored is no credential', (leak) => leak.put('{}'), /ERR_CREDENTIAL_INVALID/],
  ])('comes first in status and doctor if %s', async (_, breakStored, failure) => {
    const leak = await startLeak();
    await interrupt(leak);
    await breakStored(leak);
    await leak.invoke({ action: 'tick' });
    const { code, stdout } = await leak.cli('status', 'fusion', '--json');
    const [{ failure: shown, state } = { failure: {}, state: '' }] = JSON.parse(stdout).credentials;
    expect(code).toBe(1);
    expect(state).toBe('failing');
    expect(shown).toMatchObject({ code: 'ERR_LEAK_UNPROVEN' });
    const said = (await leak.cli('status', 'fusion')).stdout;
    expect(said).toMatch(/→ ims-token-rotator leaked fusion$/m);
    expect(said).not.toContain('put-credential');
    const checks = await checksOf(leak, '--mint');
    const { detail, fix } = checks.find(({ check }) => check === 'token') ?? {};
    expect(detail).toMatch(failure);
    expect(fix).toMatch(/^ims-token-rotator leaked fusion/);
    expect(JSON.stringify(checks)).not.toContain('put-credential');
  });

  it('comes first for renew, too', async () => {
    const leak = await startLeak();
    await interrupt(leak);
    await leak.put('{}');
    const { code, stdout } = await leak.cli('renew', 'fusion');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ fusion ERR_CREDENTIAL_INVALID$/m);
    expect(stdout).toMatch(/→ ims-token-rotator leaked fusion$/m);
  });

  it('leaves the advice as it was once it is complete', async () => {
    const leak = await startLeak();
    await leak.put('{}');
    await leak.invoke({ action: 'tick' });
    const { fix } = (await checksOf(leak)).find(({ check }) => check === 'token') ?? {};
    expect(fix).toMatch(/^ims-token-rotator put-credential fusion FILE/);
    expect((await leak.cli('status', 'fusion')).stdout).toContain('put-credential fusion FILE');
  });

  it('says in the second run that the leaked client secret is gone', async () => {
    const leak = await startLeak();
    expect(inOneLine((await interrupt(leak)).stderr)).toContain('client secret is gone; earlier');
    const secrets = (real: Secrets): Secrets => {
      const describe: Secrets['describe'] = async (secretId) => {
        // The renewal is the first step that describes the token secret.
        if (!/^arn:.*\/token/.test(secretId)) return await real.describe(secretId);
        throw new CliError('ERR_AWS_UNAVAILABLE', 'Secrets Manager does not answer');
      };
      return replacing(real, { describe });
    };
    const exit = await leak.answer({}, { secrets });
    expect(inOneLine(exit.stderr)).toMatch(
      /^ERR_AWS_UNAVAILABLE could not renew the token: .* \(the leaked client secret is gone; earlier tokens are still valid\)/,
    );
    await expectAnswered(leak, await leak.answer());
  });
});

describe('leaked --token names what is left of the answer to the leak of the client secret', () => {
  const leftOf = ({ stdout }: Exit): string =>
    inOneLine(stdout.slice(stdout.indexOf('Left to people:')));

  it('that can go on', async () => {
    const leak = await startLeak();
    await interrupt(leak);
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leftOf(exit)).toMatch(
      /^Left to people: - The answer to the leak of the client secret is not complete: ims-token-rotator leaked fusion - /,
    );
    await expectAnswered(leak, await leak.answer());
  });

  it('that another credential has overtaken', async () => {
    const leak = await startLeak();
    await interrupt(leak);
    const value = 'p8e-of-a-colleague-0123456789';
    leak.secrets.add(value);
    const client_secrets = [{ client_secret: value, uuid: leak.adobe.addSecret(value).uuid }];
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leftOf(exit)).toMatch(
      /^Left to people: - An answer to the leak of an earlier client secret is not complete\. If the stored one has not leaked, delete the earlier one .*, and not the stored one; then take the note of that answer off: aws secretsmanager tag-resource --secret-id \S+\/fusion\/client --tags Key=ims-token-rotator:rotation,Value=none - /,
    );
    expect((await leak.cli('status', 'fusion')).code).toBe(1);
    await setRotationTag(leak, 'none');
    expect((await leak.cli('status', 'fusion')).code).toBe(0);
  });

  it('and nothing where none was begun, or it is complete', async () => {
    const leak = await startLeak();
    expect((await leak.answer({ token: true })).stdout).not.toContain('not complete');
    await interrupt(leak);
    await setRotationTag(leak, 'none');
    const exit = await leak.answer({ token: true });
    expect(exit).toMatchObject({ code: 0 });
    expect(exit.stdout).not.toContain('not complete');
  });
});
