import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { formatRotationState } from '../../../core/client-secret-rotation.ts';
import { tagKeys } from '../../../core/contract.ts';
import type { ConsoleEndpoint, Deps } from '../../../core/ports.ts';
import type { ImsClient } from '../../../emulators/ims/client.ts';
import { day } from '../../support/builders.ts';
import { replacing } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');
const ofLeak = '0b1c2d3e-4f5a-8b6c-8d7e-1eaced0f1a2b';

type Entry = () => Promise<object>;

async function store({ client, document }: RotatingClient, entry: Entry): Promise<void> {
  const value = { ...(await document()), client_secrets: [await entry()] };
  const SecretString = JSON.stringify(value);
  await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
}

/** The Console's API; somebody stores a client secret when it has been listed. */
function storingMeanwhile(rotating: RotatingClient, entry: Entry): Partial<Deps> {
  const { consoleEndpoint } = rotating.parts.run();
  const list: ConsoleEndpoint['list'] = async (...args) => {
    const response = await consoleEndpoint.list(...args);
    await store(rotating, entry);
    return response;
  };
  return { consoleEndpoint: replacing(consoleEndpoint, { list }) };
}

/** Secrets Manager; somebody stores a client secret once it is noted that IMS is asked about it. */
function storingOnceAsked(rotating: RotatingClient, entry: Entry): Partial<Deps> {
  const { secrets } = rotating.parts.run();
  const setTag: typeof secrets.setTag = async (tag, signal) => {
    await secrets.setTag(tag, signal);
    if (tag.value.includes(' asked=')) await store(rotating, entry);
  };
  return { secrets: replacing(secrets, { setTag }) };
}

it('createSecret leaves a client secret that looks left over, if an answer to a leak stores it meanwhile', async () => {
  const rotating = await startRotatingClient();
  const { parts, client, adobe } = rotating;
  await rotating.beginRotation();
  const since = parts.run().now();
  const Value = formatRotationState({ kind: 'adding', since, versionId: 'of-an-earlier-rotation' });
  const Tags = [{ Key: tagKeys.rotation, Value }];
  await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
  const { value: added, uuid } = adobe.addSecret('p8e-of-the-answer-0123456789');
  parts.secrets.add(added);
  parts.clock.advance(day);
  const meanwhile = storingMeanwhile(rotating, async () => ({ client_secret: added, uuid }));
  const create = rotating.step('createSecret', undefined, meanwhile);
  await expect(create).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
  expect(rotating.live()).toEqual([old, added]);
});

it('createSecret leaves a client secret that looks left over, if somebody else notes meanwhile what they do', async () => {
  const rotating = await startRotatingClient();
  const { parts, client, adobe } = rotating;
  const note = async (versionId: string): Promise<string> => {
    const Value = formatRotationState({ kind: 'adding', since: parts.run().now(), versionId });
    const Tags = [{ Key: tagKeys.rotation, Value }];
    await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
    return Value;
  };
  await rotating.beginRotation();
  await note('of-an-earlier-rotation');
  const { value: added } = adobe.addSecret('p8e-of-the-answer-0123456789');
  parts.secrets.add(added);
  parts.clock.advance(day);
  let theirs = '';
  const { consoleEndpoint } = parts.run();
  const list: ConsoleEndpoint['list'] = async (...args) => {
    const response = await consoleEndpoint.list(...args);
    theirs = await note(ofLeak);
    return response;
  };
  const meanwhile = { consoleEndpoint: replacing(consoleEndpoint, { list }) };
  const create = rotating.step('createSecret', undefined, meanwhile);
  await expect(create).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
  expect(rotating.live()).toEqual([old, added]);
  expect(await rotating.tag()).toBe(theirs);
});

it.each([
  [false, 0],
  [true, 0],
  [false, 1],
  [true, 1],
])(
  'a rotation does not retire the secret with which a person replaces the stored one meanwhile; its uuid noted: %s; stored again as it was: %i times',
  async (isNoted, again) => {
    const bare = (client: ImsClient) => ({ ...documentOf(client), client_secrets: [old] });
    const rotating = await startRotatingClient({ document: isNoted ? documentOf : bare });
    const { parts, adobe, client } = rotating;
    if (again > 0) {
      const SecretString = JSON.stringify(await rotating.document());
      await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
    }
    const persons = 'p8e-added-by-a-person-0123456789';
    // IMS has accepted the old one just before.
    const replace = (): boolean => {
      if (adobe.liveSecret(old) === undefined) return false;
      parts.secrets.add(adobe.addSecret(persons).value);
      adobe.removeSecret(old);
      return false;
    };
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 503 }, { when: replace });
    expect(await rotating.rotateSecret()).toEqual([]);
    const [, retired] = await rotating.entries();
    expect(retired).toMatchObject({ client_secret: old, retired_at: '2026-11-22T13:00:00Z' });
    expect(retired).not.toHaveProperty('uuid');
    expect(await rotating.tag()).toBe('none');
    parts.clock.advance(day);
    await tick(parts.run());
    parts.clock.advance(day);
    await tick(parts.run());
    expect(rotating.live()).toContain(persons);
  },
);

it('createSecret waits until Adobe tells of a use, if the age of the stored secret is not known', async () => {
  const bare = (client: ImsClient) => ({ ...documentOf(client), client_secrets: [old] });
  const rotating = await startRotatingClient({ document: bare });
  const { parts, client, document } = rotating;
  const { consoleEndpoint } = parts.run();
  let isTold = false;
  const list: ConsoleEndpoint['list'] = async (...args) => {
    const response = await consoleEndpoint.list(...args);
    const listed: readonly object[] = JSON.parse(response.body).client_secrets;
    const unused = listed.map((one) => ({ ...one, secret_usages: null }));
    return isTold ? response : { ...response, body: JSON.stringify({ client_secrets: unused }) };
  };
  const late = { consoleEndpoint: replacing(consoleEndpoint, { list }) };
  const SecretString = JSON.stringify(await document());
  await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
  await rotating.beginRotation();
  const create = rotating.step('createSecret', undefined, late);
  await expect(create).rejects.toMatchObject({ code: 'ERR_CONSOLE_MALFORMED' });
  expect(rotating.live()).toEqual([old]);
  isTold = true;
  await rotating.step('createSecret', undefined, late);
  expect(rotating.live()).toHaveLength(2);
});

it.each([
  ['before it has stored a client secret', false],
  ['after it has stored one', true],
])(
  'a rotation keeps the note of an answer to a leak that was broken off %s',
  async (_, isStored) => {
    const rotating = await startRotatingClient();
    const { parts, client } = rotating;
    const at = parts.run().now();
    if (isStored) {
      const SecretString = JSON.stringify(await rotating.document());
      const put = { SecretId: ClientSecretId, SecretString, ClientRequestToken: ofLeak };
      await client.send(new PutSecretValueCommand(put));
    }
    const Value = formatRotationState(
      isStored
        ? { kind: 'retired', uuid: 'leaked', at }
        : { kind: 'adding', since: at, versionId: ofLeak },
    );
    const Tags = [{ Key: tagKeys.rotation, Value }];
    await client.send(new TagResourceCommand({ SecretId: ClientSecretId, Tags }));
    await rotating.beginRotation();
    await expect(rotating.step('createSecret')).rejects.toMatchObject({
      code: 'ERR_VERSION_EXISTS',
      message: expect.stringContaining(
        'for the command that completes it: ims-token-rotator status fusion',
      ),
    });
    const { Tags: after = [] } = await client.send(
      new DescribeSecretCommand({ SecretId: ClientSecretId }),
    );
    expect(after.find(({ Key }) => Key === tagKeys.rotation)?.Value).toBe(Value);
    expect(rotating.live()).toEqual([old]);
  },
);

it.each([
  ['when it has been listed', storingMeanwhile],
  ['when IMS is asked about it', storingOnceAsked],
])(
  'a renewal leaves the retired client secret to somebody who stores it again %s',
  async (_, storing) => {
    const rotating = await startRotatingClient();
    const { parts } = rotating;
    await rotating.rotateSecret();
    parts.clock.advance(day);
    await tick(parts.run());
    parts.clock.advance(day);
    const meanwhile = storing(rotating, async () => {
      const [, retired] = await rotating.entries();
      return { client_secret: retired?.client_secret, uuid: retired?.uuid };
    });
    expect(await tick(parts.run(meanwhile))).toMatchObject([{ outcome: 'renewed' }]);
    expect((await rotating.entries()).map(({ client_secret }) => client_secret)).toEqual([old]);
    expect(rotating.live()).toContain(old);
  },
);

it('a rotation that is given up leaves its client secret to somebody who stores it meanwhile', async () => {
  const rotating = await startRotatingClient();
  const { parts, client } = rotating;
  await rotating.beginRotation();
  await rotating.step('createSecret');
  const [added] = await rotating.entries('AWSPENDING');
  const put = async (client_secrets: readonly unknown[]): Promise<void> => {
    const SecretString = JSON.stringify({ ...(await rotating.document()), client_secrets });
    await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
  };
  await put([old, 'p8e-by-hand-0123456789abcdef']);
  const { secrets } = parts.run();
  const setTag: typeof secrets.setTag = async (...args) => {
    await secrets.setTag(...args);
    await put([added]);
  };
  const test = rotating.step('testSecret', undefined, { secrets: replacing(secrets, { setTag }) });
  await expect(test).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
  expect(rotating.live()).toEqual([old, added?.client_secret]);
});

it('createSecret leaves the client secret that the same step, run twice at once, stores after its note was read', async () => {
  const rotating = await startRotatingClient();
  const { parts } = rotating;
  await rotating.beginRotation();
  const { consoleEndpoint } = parts.run();
  const [listed, stored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let other: Promise<unknown> | undefined;
  const list: ConsoleEndpoint['list'] = async (...args) => {
    const response = await consoleEndpoint.list(...args);
    listed.resolve();
    await stored.promise;
    return response;
  };
  const add: ConsoleEndpoint['add'] = async (...args) => {
    const response = await consoleEndpoint.add(...args);
    parts.clock.advance(day);
    const slow = { consoleEndpoint: replacing(consoleEndpoint, { list }) };
    other = rotating.step('createSecret', undefined, slow);
    other.catch(() => undefined);
    await listed.promise;
    return response;
  };
  const overrides = { consoleEndpoint: replacing(consoleEndpoint, { add }) };
  await rotating.step('createSecret', undefined, overrides);
  stored.resolve();
  await expect(other).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
  const [pending] = await rotating.entries('AWSPENDING');
  expect(rotating.live()).toEqual([old, pending?.client_secret]);
});
