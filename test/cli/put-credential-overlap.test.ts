import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { putCredential } from '../../cli/commands/put-credential.ts';
import type { Session } from '../../cli/session.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { fileWith, registerClient, startOperator } from './operator.ts';
import { runHere } from './session-here.ts';

type Secrets = Session['secrets'];

/** Runs put-credential while somebody else stores a value right before one of its calls. */
async function overlapped(
  hook: (real: Secrets, putTheirs: () => Promise<void>) => Partial<Secrets>,
) {
  const operator = await startOperator();
  await operator.onboard('fusion');
  const { client, world } = operator;
  const SecretId = world.secretId('fusion', 'client');
  const { clientId, secret } = registerClient(operator);
  const ours = JSON.stringify({ client_id: clientId, client_secret: secret, scope: 'openid' });
  const file = await fileWith(ours);
  const theirs = '{"client_id":"theirs"}';
  let isStored = false;
  const putTheirs = async (): Promise<void> => {
    if (isStored) return;
    isStored = true;
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: theirs }));
  };
  const exit = await runHere(
    operator,
    (session) => putCredential(session, 'fusion', file, { wait: 0, yes: true }),
    { secrets: (real) => replacing(real, hook(real, putTheirs)) },
  );
  const clientIdIn = async (label: string): Promise<unknown> => {
    const get = new GetSecretValueCommand({ SecretId, VersionStage: label });
    return JSON.parse((await client.send(get)).SecretString ?? '').client_id;
  };
  return { exit, clientId, clientIdIn, labels: await labelsOf(client, SecretId) };
}

describe('put-credential, while somebody else stores a credential', () => {
  it('stores nothing if they do so while it reads the file', async () => {
    const { exit, clientIdIn, labels } = await overlapped((real, putTheirs) => ({
      hasPolicy: async (arn) => {
        await putTheirs();
        return await real.hasPolicy(arn);
      },
    }));
    expect(exit).toMatchObject({ code: 1 });
    expect(exit.stderr).toMatch(/^ERR_CREDENTIAL_CHANGED .*nothing was stored/s);
    expect(await clientIdIn('AWSCURRENT')).toBe('theirs');
    expect(Object.keys(labels)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']));
  });

  it('says so if they delete the secret while it reads the file', async () => {
    const { exit } = await overlapped((real, putTheirs) => ({
      hasPolicy: async (arn) => {
        await putTheirs();
        await real.delete(arn, 7);
        return await real.hasPolicy(arn);
      },
    }));
    expect(exit).toMatchObject({ code: 1 });
    expect(exit.stderr).toMatch(/^ERR_CREDENTIAL_NOT_FOUND \S+ is scheduled for deletion/m);
  });

  it('says which version it has replaced if they do so at the last moment', async () => {
    const { exit, clientIdIn, labels, clientId } = await overlapped((real, putTheirs) => ({
      put: async (...args) => {
        await putTheirs();
        await real.put(...args);
      },
    }));
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(await clientIdIn('AWSCURRENT')).toBe(clientId);
    expect(await clientIdIn('AWSPREVIOUS')).toBe('theirs');
    const text = exit.stderr.replaceAll(/\s+/g, ' ');
    expect(text).toContain(`the version ${labels['AWSPREVIOUS']}, which is AWSPREVIOUS now`);
  });

  it('says so if it cannot look afterwards whether they did', async () => {
    const { exit } = await overlapped(() => ({
      describeAfterWrite: () => Promise.reject(new Error('no answer')),
    }));
    expect(exit).toMatchObject({ code: 0 });
    expect(exit.stderr.replaceAll(/\s+/g, ' ')).toContain('could not check whether this replaced');
  });

  it('says nothing of the kind if nobody does', async () => {
    const { exit } = await overlapped(() => ({}));
    expect(exit).toMatchObject({ code: 0, stderr: '' });
  });
});
