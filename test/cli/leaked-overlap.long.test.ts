import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import type { Session } from '../../cli/session.ts';
import { formatRotationState, retiredNow } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { digest } from '../support/builders.ts';
import { replacing } from '../support/credential.ts';
import { labelsOf } from '../support/start-rotating.ts';
import {
  expectAnswered,
  type LeakWorld,
  makeRoom,
  startLeak,
  startRotated,
  textOf,
} from './leak-world.ts';
import { fileWith, inSeconds } from './operator.ts';

type Secrets = Session['secrets'];

const ofAnother = 'adding since=2026-11-22T13:00:00Z version=0123abcd';

async function note({ client, world }: LeakWorld, Value: string): Promise<void> {
  const SecretId = world.secretId('fusion', 'client');
  const Tags = [{ Key: tagKeys.rotation, Value }];
  await client.send(new TagResourceCommand({ SecretId, Tags }));
}

async function noteOf({ client, world }: LeakWorld): Promise<string | undefined> {
  const SecretId = world.secretId('fusion', 'client');
  const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId }));
  return Tags.find(({ Key }) => Key === tagKeys.rotation)?.Value;
}

/** The version with which an answer replaces the current one. */
async function answering({ client, world }: LeakWorld): Promise<string> {
  const { AWSCURRENT = '' } = await labelsOf(client, world.secretId('fusion', 'client'));
  return newLeakVersion(digest, AWSCURRENT);
}

function posts({ world }: LeakWorld): number {
  return world.consoleApi.requests.filter(({ method }) => method === 'POST').length;
}

describe('leaked, while somebody else adds a client secret', () => {
  it('adds none after another has noted one', async () => {
    const leak = await startLeak();
    let isListed = false;
    leak.world.consoleApi.faults.inject(
      { kind: 'unanswered' },
      {
        when: ({ method }) => {
          isListed ||= method === 'GET';
          return false;
        },
      },
    );
    const secrets = (real: Secrets): Secrets => {
      const describe: Secrets['describe'] = async (...args) => {
        if (isListed) await note(leak, ofAnother);
        return await real.describe(...args);
      };
      return replacing(real, { describe });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CREDENTIAL_CHANGED');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'wait until it is over; then go on, unless another answer to this leak has succeeded, or somebody has stored another client secret: ims-token-rotator leaked fusion',
    );
    expect(posts(leak)).toBe(0);
    expect(await noteOf(leak)).toBe(ofAnother);
  });

  it('never has what another answer has just added deleted', async () => {
    const leak = await startLeak();
    let looks = 0;
    const secrets = (real: Secrets): Secrets => {
      const describe: Secrets['describe'] = async (...args) => {
        const described = await real.describe(...args);
        looks += args[0].includes('/client') ? 1 : 0;
        if (looks !== 2) return described;
        // After it has read the tag, and before it lists what there is at Adobe.
        await note(leak, ofAnother);
        leak.secrets.add(leak.adobe.addSecret('p8e-of-another-0123456789').value);
        looks += 1;
        return described;
      };
      return replacing(real, { describe });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CREDENTIAL_CHANGED');
    expect(stderr).not.toContain('delete');
    expect(leak.adobe.liveSecrets).toHaveLength(2);
  });

  it.each([
    ['keeps the note of the other', true, ofAnother],
    ['removes its own note', false, 'none'],
  ])('%s when Adobe refuses a third secret', async (_, isNoted, expected) => {
    const leak = await startLeak();
    const secrets = (real: Secrets): Secrets => {
      const setTag: Secrets['setTag'] = async (...args) => {
        await real.setTag(...args);
        if (!args[2].startsWith('adding')) return;
        leak.secrets.add(leak.adobe.addSecret('p8e-of-another-0123456789').value);
        if (isNoted) await note(leak, ofAnother);
      };
      return replacing(real, { setTag });
    };
    const exit = await leak.answer({}, { secrets });
    expect(exit.code).toBe(1);
    expect(textOf(exit)).toMatch(
      /^ERR_CREDENTIAL_CHANGED .*somebody else has added a client secret at Adobe .* → wait until a rotation, or another answer to the leak, is over; then go on, unless another answer to this leak has succeeded, or somebody has stored another client secret: ims-token-rotator leaked fusion --version-id \S+ --now$/,
    );
    expect(await noteOf(leak)).toBe(expected);
  });

  it('keeps the note of an earlier run whose secret Adobe was late to add', async () => {
    const leak = await startLeak();
    const since = new Date().toISOString().replace(/\.\d+Z/, 'Z');
    const ofEarlier = `adding since=${since} version=${await answering(leak)}`;
    await note(leak, ofEarlier);
    const late = 'p8e-late-0123456789abcdef';
    const secrets = (real: Secrets): Secrets => {
      const setTag: Secrets['setTag'] = async (...args) => {
        await real.setTag(...args);
        const isFirst = leak.adobe.liveSecrets.length === 1;
        if (isFirst) leak.secrets.add(leak.adobe.addSecret(late).value);
      };
      return replacing(real, { setTag });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_CREDENTIAL_CHANGED');
    expect(await noteOf(leak)).toBe(ofEarlier);
    makeRoom(leak, await leak.answer());
    await expectAnswered(leak, await leak.answer({}));
    expect(leak.adobe.liveSecrets.map(({ value }) => value)).not.toContain(late);
  });

  it('goes by what is noted after a person was asked', async () => {
    const leak = await startLeak();
    const orphan = leak.adobe.addSecret('p8e-left-over-0123456789');
    leak.secrets.add(orphan.value);
    const since = new Date().toISOString().replace(/\.\d+Z/, 'Z');
    const ofEarlier = await answering(leak);
    let isFirst = true;
    // The first description comes before the question.
    const secrets = (real: Secrets): Secrets => {
      const describe: Secrets['describe'] = async (...args) => {
        const described = await real.describe(...args);
        if (isFirst) await note(leak, `adding since=${since} version=${ofEarlier}`);
        isFirst = false;
        return described;
      };
      return replacing(real, { describe });
    };
    makeRoom(leak, await leak.answer({}, { secrets }));
    await expectAnswered(leak, await leak.answer());
  });
});

describe('leaked, while somebody else stores a credential', () => {
  async function putTheirs(leak: LeakWorld): Promise<string> {
    const theirs = leak.world.ims.registerClient(selfManaging(sampleClient()));
    const file = await fileWith(storedDocument(theirs));
    const put = await leak.cli('put-credential', 'fusion', file, '--wait', '0', '--yes');
    expect(put).toMatchObject({ code: 0 });
    return theirs.clientId;
  }

  it.each([
    ['before it adds a client secret', 'describe', 0],
    ['after it has added one', 'setTag', 1],
  ] as const)('keeps theirs if they do so %s', async (_, moment, added) => {
    const leak = await startLeak();
    const { world, client, adobe } = leak;
    let [theirs, count] = ['', 0];
    const secrets = (real: Secrets): Secrets => {
      const setTag: Secrets['setTag'] = async (...args) => {
        await real.setTag(...args);
        if (moment === 'setTag' && theirs === '') theirs = await putTheirs(leak);
      };
      // Both secrets are described first, and then the client secret twice.
      const describe: Secrets['describe'] = async (...args) => {
        count += 1;
        if (moment === 'describe' && count === 4) theirs = await putTheirs(leak);
        return await real.describe(...args);
      };
      return replacing(real, { setTag, describe });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^ERR_CREDENTIAL_CHANGED .*somebody else has stored another value/s);
    expect((await leak.clientDocument()).client_id).toBe(theirs);
    const labels = await labelsOf(client, world.secretId('fusion', 'client'));
    expect(labels['AWSPENDING']).toBeUndefined();
    // The secret that was added in vain is deleted again, and nothing else is.
    expect(posts(leak)).toBe(added);
    expect(adobe.liveSecrets.map(({ value }) => value)).toEqual([leak.leakedSecret]);
    expect(await noteOf(leak)).toBe(added === 0 ? undefined : 'none');
  });

  it('names what is left at Adobe if it cannot be deleted again', async () => {
    const leak = await startLeak();
    const denied = { kind: 'server-error', status: 403 } as const;
    leak.world.consoleApi.faults.inject(denied, { when: ({ method }) => method === 'DELETE' });
    const secrets = (real: Secrets): Secrets => {
      const setTag: Secrets['setTag'] = async (...args) => {
        await real.setTag(...args);
        await putTheirs(leak);
      };
      return replacing(real, { setTag });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code).toBe(1);
    const [, left] = leak.adobe.liveSecrets;
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`${left?.uuid} is at Adobe, but not stored`);
  });
});

describe('leaked, which mints for a paused credential', () => {
  it('does not take AWSCURRENT from a token that somebody stored meanwhile', async () => {
    const leak = await startLeak();
    const { world, client } = leak;
    const SecretId = world.secretId('fusion', 'token');
    const Tags = [{ Key: tagKeys.paused, Value: 'true' }];
    await client.send(new TagResourceCommand({ SecretId, Tags }));
    let theirs: string | undefined;
    const secrets = (real: Secrets): Secrets => {
      const describeAfterWrite: Secrets['describeAfterWrite'] = async (arn) => {
        if (theirs === undefined && arn.includes('/token')) {
          const SecretString = '{"access_token":"by hand"}';
          const put = await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
          theirs = put.VersionId;
        }
        return await real.describeAfterWrite(arn);
      };
      return replacing(real, { describeAfterWrite });
    };
    const { code, stderr } = await leak.answer({}, { secrets });
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^ERR_CREDENTIAL_CHANGED /);
    expect(theirs).toBeDefined();
    expect((await labelsOf(client, SecretId))['AWSCURRENT']).toBe(theirs);
    await expectAnswered(leak, await leak.answer());
  });
});

describe('leaked, while the client secret is rotated', () => {
  it('ends the rotation, and deletes the secret that it has added', async () => {
    const pending = Promise.withResolvers<string>();
    const leak = await startRotated(async (versionId, { adobe, client, world, clientDocument }) => {
      const SecretId = world.secretId('fusion', 'client');
      const { value, uuid } = adobe.addSecret('p8e-of-the-rotation-0123456789');
      leak.secrets.add(value);
      await note(leak, `adding since=${inSeconds(0)} version=${versionId}`);
      const document = await clientDocument();
      const client_secrets = [{ client_secret: value, uuid }, ...document.client_secrets];
      await client.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken: versionId,
          SecretString: JSON.stringify({ ...document, client_secrets }),
          VersionStages: ['AWSPENDING'],
        }),
      );
      pending.resolve(versionId);
      throw new Error('the function is slow');
    });
    const { world, client } = leak;
    const SecretId = world.secretId('fusion', 'client');
    await client.send(new RotateSecretCommand({ SecretId }));
    const versionId = await pending.promise;
    await world.secretsManager.idle();
    const exit = await leak.answer();
    await expectAnswered(leak, exit);
    expect(exit.stdout).toContain('which was stored and never in use');
    expect(Object.values(await labelsOf(client, SecretId))).not.toContain(versionId);
  });
});

it('leaked keeps the note of a rotation that begins before its last step', async () => {
  const leak = await startLeak();
  const secrets = (real: Secrets): Secrets => {
    const setTag: Secrets['setTag'] = async (...args) => {
      await real.setTag(...args);
      if (args[2].startsWith('retired')) await note(leak, ofAnother);
    };
    return replacing(real, { setTag });
  };
  const exit = await leak.answer({}, { secrets });
  await expectAnswered(leak, exit);
  expect(await noteOf(leak)).toBe(ofAnother);
  expect(exit.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'or another answer to a leak, has begun since',
  );
});

describe('an answer that is complete is not open again if somebody goes back to its version', () => {
  async function goBack({ client, world }: LeakWorld): Promise<void> {
    const SecretId = world.secretId('fusion', 'client');
    const labels = await labelsOf(client, SecretId);
    const RemoveFromVersionId = labels['AWSCURRENT'];
    const MoveToVersionId = labels['AWSPREVIOUS'];
    const move = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId, MoveToVersionId };
    await client.send(new UpdateSecretVersionStageCommand(move));
  }

  async function expectClosed({ cli }: LeakWorld): Promise<void> {
    const { code, stdout } = await cli('status', 'fusion');
    expect(code, stdout).toBe(0);
    expect((await cli('doctor', 'fusion')).stdout).not.toContain('leak is not complete');
  }

  it('from that of a rotation', async () => {
    const leak = await startLeak();
    await expectAnswered(leak, await leak.answer());
    const [{ uuid: old = '' } = {}] = leak.adobe.liveSecrets;
    const { value, uuid } = leak.adobe.addSecret('p8e-of-the-rotation-0123456789');
    leak.secrets.add(value);
    const document = await leak.clientDocument();
    const client_secrets = [{ client_secret: value, uuid }, ...document.client_secrets];
    await leak.put(JSON.stringify({ ...document, client_secrets }));
    const labels = await labelsOf(leak.client, leak.world.secretId('fusion', 'client'));
    const now = epochSeconds(Math.floor(Date.now() / 1000));
    const state = retiredNow(old, now, labels['AWSCURRENT'] ?? '');
    await note(leak, formatRotationState(state));
    await goBack(leak);
    await expectClosed(leak);
  });

  it('from that of somebody who stored it before the last step', async () => {
    const leak = await startLeak();
    let retired: string | undefined;
    const secrets = (real: Secrets): Secrets => {
      const describeAfterWrite: Secrets['describeAfterWrite'] = async (arn) => {
        if (retired === undefined && leak.adobe.liveSecret(leak.leakedSecret) === undefined) {
          retired = await noteOf(leak);
          await leak.put(JSON.stringify(await leak.clientDocument()));
        }
        return await real.describeAfterWrite(arn);
      };
      return replacing(real, { describeAfterWrite });
    };
    expect(await leak.answer({}, { secrets })).toMatchObject({ code: 0 });
    const { AWSPREVIOUS } = await labelsOf(leak.client, leak.world.secretId('fusion', 'client'));
    expect(retired).toContain(` version=${AWSPREVIOUS} leaked=`);
    await goBack(leak);
    await expectClosed(leak);
  });
});

describe('Ctrl-C during leaked', () => {
  it('does not lose a client secret that Adobe shows once', async () => {
    const leak = await startLeak();
    const { world, adobe, clientDocument } = leak;
    const interruption = new AbortController();
    world.consoleApi.faults.inject(
      { kind: 'unanswered' },
      {
        when: ({ method }) => {
          if (method === 'POST') interruption.abort();
          return false;
        },
      },
    );
    const { code, stderr } = await leak.answer({}, {}, interruption.signal);
    expect(code).toBe(130);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('go on with: ims-token-rotator leaked fusion');
    const [, added] = adobe.liveSecrets;
    const { client_secrets } = await clientDocument();
    expect(client_secrets).toMatchObject([{ client_secret: added?.value }]);
    await leak.remember();
    await expectAnswered(leak, await leak.answer());
    expect(adobe.secrets).toHaveLength(2);
  });
});
