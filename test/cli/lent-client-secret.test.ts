import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Rotator } from '../../cli/rotator/rotator.ts';
import { ownersOf } from '../../cli/rotator/sharers.ts';
import { environmentVariables } from '../../core/contract.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { type LeakWorld, startLeak } from './leak-world.ts';
import { fileWith } from './operator.ts';
import { inTerminal } from './terminal-session.ts';

const shared = 'ims-token-rotator/local/fusion/client';
const arnIn = (account: string): string =>
  `arn:aws:secretsmanager:us-east-1:${account}:secret:${shared}`;
const borrowing = (name: string, account = '111122223333') => ({
  [environmentVariables.clientSecrets]: JSON.stringify({ [name]: arnIn(account) }),
});

/** The credential `fusion`, whose client secret `reports` of the same rotator uses, too. */
async function startLending(): Promise<LeakWorld> {
  const leak = await startLeak({ environment: borrowing('reports') });
  const { world, client, invoke } = leak;
  await client.send(new CreateSecretCommand({ Name: world.secretId('reports', 'token') }));
  await invoke({ action: 'tick' });
  return leak;
}

/** Deploys the function `team`, whose environment nobody may read. */
function deployHidden({ world }: LeakWorld): void {
  const { lambda, secretsManager, ims } = world;
  const urls = { secretsManager: secretsManager.url, ims: ims.url };
  lambda.createFunction({ ...world.functionDefinition(urls), functionName: 'team' });
  const Environment = { Error: { ErrorCode: 'AccessDeniedException', Message: 'denied' } };
  lambda.configurationOverrides.set('team', { Environment });
}

/** Deploys the rotator `b`, whose credential `y` uses the client secret of `fusion` of `local`. */
async function deployBorrower({ world, client }: LeakWorld, account?: string): Promise<void> {
  const { lambda, secretsManager, ims } = world;
  const own = world.functionDefinition({ secretsManager: secretsManager.url, ims: ims.url });
  lambda.createFunction({
    ...own,
    functionName: 'rotator-b',
    environment: {
      ...own.environment,
      [environmentVariables.name]: 'b',
      [environmentVariables.prefix]: 'ims-token-rotator/b',
      ...borrowing('y', account),
    },
  });
  await client.send(new CreateSecretCommand({ Name: 'ims-token-rotator/b/y/token' }));
}

/** Runs a command in a terminal, where a person types yes. */
async function agreeing(leak: LeakWorld, ...args: readonly string[]) {
  const session = inTerminal(leak, ...args);
  await session.answer('Type yes', 'yes\r');
  const { code, text } = await session.exit();
  return { code, text: text.replaceAll(/\s+/g, ' ') };
}

const leakedToo = (name: string, rotator: string): string =>
  `The credential ${name} of the rotator ${rotator} uses the same client secret, so that its tokens have leaked too: in a terminal, because it may ask, ims-token-rotator leaked ${name} --token --rotator ${rotator}`;

describe('a client secret of another rotator', () => {
  it('is changed by put-credential only after its owner was named', async () => {
    const leak = await startLeak();
    await deployBorrower(leak);
    const other = leak.world.ims.registerClient(selfManaging(sampleClient()));
    leak.secrets.add(other.liveSecrets[0]?.value ?? '');
    const file = await fileWith(storedDocument(other));
    const put = ['put-credential', 'y', file, '--rotator', 'b', '--wait', '0', '--yes'];
    const claim = `the function rotator-b says that the rotator b uses ${arnIn('111122223333')}, which is the client secret of fusion of local`;
    const { code, text } = await agreeing(leak, ...put);
    expect(code).toBe(0);
    expect(text).toContain(claim);
    expect(text).toContain(
      `warning: ${shared} is the client secret of fusion of local too, whose token is renewed for what is stored in it`,
    );
    const piped = await leak.cli(...put);
    expect(piped.code).toBe(2);
    expect(piped.stderr).toContain(claim);
    expect(piped.stderr).toContain('use a terminal, or: aws secretsmanager put-secret-value');
  });

  it('has an owner also for whoever may not look at its token', async () => {
    let mayLook = true;
    const leak = await startLeak({
      authorize: (_, resource) => mayLook || !resource.includes('fusion/token'),
    });
    await deployBorrower(leak);
    mayLook = false;
    const file = await fileWith(storedDocument(leak.adobe));
    const put = ['put-credential', 'y', file, '--rotator', 'b', '--wait', '0'];
    const { code, text } = await agreeing(leak, ...put);
    expect(code).toBe(0);
    expect(text).toContain('is the client secret of fusion of local too');
  });

  it('has no owner here if it only has the name of one', () => {
    const deployed = [
      ...[{ name: 'local', functionName: 'f', prefix: 'ims-token-rotator/local' }],
      ...[{ name: 'twin', functionName: 'g', prefix: 'ims-token-rotator' }],
    ].map((one) => ({ ...one, clientSecrets: new Map<string, string>() }));
    const arn = 'arn:aws:lambda:us-east-1:111122223333:function:f';
    const target = { kind: 'deployed', name: 'f', arn };
    const rotator = { deployed, region: 'us-east-1', function: target } as unknown as Rotator;
    const here = arnIn('111122223333');
    const owner = { rotator: 'local', credential: 'fusion' };
    expect(ownersOf(rotator, here)).toMatchObject([owner]);
    expect(ownersOf(rotator, `${here}-AbCdEf`)).toMatchObject([owner]);
    expect(ownersOf(rotator, arnIn('444455556666'))).toEqual([]);
    expect(ownersOf({ ...rotator, region: 'eu-west-1' }, here)).toEqual([]);
    deployed[0]?.clientSecrets.set('fusion', 'another');
    expect(ownersOf(rotator, here)).toEqual([]);
  });

  it('leads leaked to its owner, and that to whoever uses it', async () => {
    const leak = await startLeak();
    await deployBorrower(leak);
    const ofBorrower = await agreeing(leak, 'leaked', 'y', '--rotator', 'b', '--yes', '--now');
    expect(ofBorrower.text).toContain(leakedToo('fusion', 'local'));
    const ofOwner = await leak.cli('leaked', 'fusion', '--rotator', 'local', '--yes', '--now');
    expect(ofOwner.stdout.replaceAll(/\s+/g, ' ')).toContain(leakedToo('y', 'b'));
  });
});

describe('leaked, of a client secret that a credential lends to another', () => {
  it('names the lender, whose token stays valid', async () => {
    const leak = await startLending();
    const { code, text } = await agreeing(leak, 'leaked', 'reports', '--yes', '--now');
    expect(code).toBe(0);
    expect(text).toContain(leakedToo('fusion', 'local'));
    expect(text).not.toContain('The credential reports');
    expect(leak.world.ims.isValid(leak.tokens[0] ?? '')).toBe(true);
  });

  it('names the borrower, and the functions that cannot be looked at', async () => {
    const leak = await startLending();
    deployHidden(leak);
    const { code, stdout } = await leak.answer();
    expect(code).toBe(0);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain(leakedToo('reports', 'local'));
    expect(text).toContain(
      'replace those right after it: ims-token-rotator renew fusion --force; ims-token-rotator renew reports --force',
    );
    expect(text).toContain(
      `It is not known whether others use ${shared}: the environment of 1 function cannot be read (team). If one of them is a rotator that uses this client secret, its tokens have leaked too.`,
    );
  });

  it('names both, too, where people have replaced the client secret', async () => {
    const leak = await startLending();
    deployHidden(leak);
    const { code, stdout } = await leak.answer({ token: true });
    expect(code).toBe(0);
    const text = stdout.replaceAll(/\s+/g, ' ');
    const when =
      'If the stored client secret has replaced one that has leaked, and this is not done yet: ';
    expect(text).toContain(`${when}${leakedToo('reports', 'local').replace('The', 'the')}`);
    expect(text).toContain(`${when}it is not known whether others use ${shared}: `);
  });

  it('does not have its borrower answered without a terminal, nor by storing a value', async () => {
    const leak = await startLending();
    const { code, stderr } = await leak.cli('leaked', 'reports', '--token', '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('which is the client secret of fusion');
    expect(stderr).toContain('if that is right, use a terminal\n');
  });
});
