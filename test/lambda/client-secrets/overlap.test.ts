import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import type { ConsoleEndpoint as Console } from '../../../core/ports.ts';
import type { Tags } from '../../../core/token-tags.ts';
import { day } from '../../support/builders.ts';
import { replacing } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import { rotationSteps as steps } from '../../support/start-rotating.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

const old = clientSecretOf('fusion');

/** The Console's API with one of its methods replaced. */
function during(
  { parts }: RotatingClient,
  methods: Partial<Console>,
): { readonly consoleEndpoint: Console } {
  const { consoleEndpoint } = parts.run();
  const [list, add, remove] = [
    consoleEndpoint.list.bind(consoleEndpoint),
    consoleEndpoint.add.bind(consoleEndpoint),
    consoleEndpoint.remove.bind(consoleEndpoint),
  ];
  return { consoleEndpoint: { list, add, remove, ...methods } };
}

/** What a run sees that has read the tags before another one wrote its note. */
function withoutRotation(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== tagKeys.rotation));
}

/** As Secrets Manager does, it begins with the first step again. */
async function complete({ parts, step }: RotatingClient): Promise<void> {
  parts.clock.advance(day);
  for (const each of steps) await step(each);
}

it('createSecret that Adobe refuses, because it was late to add what an earlier run asked for, keeps the note of that', async () => {
  const rotating = await startRotatingClient();
  const { parts, adobe } = rotating;
  await rotating.beginRotation();
  const when = ({ method }: { readonly method: string }): boolean => method === 'POST';
  parts.consoleApi.faults.inject({ kind: 'server-error', status: 503 }, { when, times: 1 });
  await expect(rotating.step('createSecret')).rejects.toMatchObject({
    code: 'ERR_CONSOLE_UNAVAILABLE',
  });
  const noted = await rotating.tag();
  expect(noted).toMatch(/^adding /);
  parts.clock.advance(600);
  const { consoleEndpoint } = parts.run();
  const late = 'p8e-late-0123456789abcdef';
  const add: Console['add'] = async (...args) => {
    parts.secrets.add(adobe.addSecret(late).value);
    return await consoleEndpoint.add(...args);
  };
  const refused = rotating.step('createSecret', undefined, during(rotating, { add }));
  await expect(refused).rejects.toMatchObject({ code: 'ERR_CONSOLE_REJECTED' });
  expect(rotating.live()).toEqual([old, late]);
  expect(await rotating.tag()).toBe(noted);
  await complete(rotating);
  expect(rotating.live()).toHaveLength(2);
  expect(rotating.live()).not.toContain(late);
});

describe('createSecret, run twice at once', () => {
  it('adds one secret if the other run noted its own before', async () => {
    const rotating = await startRotatingClient();
    await rotating.beginRotation();
    const { consoleEndpoint } = rotating.parts.run();
    rotating.parts.consoleApi.faults.inject(
      { kind: 'lost-answer' },
      { when: ({ method }) => method === 'POST', times: 1 },
    );
    // It lists while there is room. Then the other run adds a secret, and cannot store it.
    const list: Console['list'] = async (...args) => {
      const response = await consoleEndpoint.list(...args);
      await expect(rotating.step('createSecret')).rejects.toThrow();
      return response;
    };
    const slow = rotating.step('createSecret', undefined, during(rotating, { list }));
    await expect(slow).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
    const [, orphan] = rotating.live();
    expect(`${await rotating.tag()}`).toMatch(/^adding /);
    await complete(rotating);
    expect(rotating.live()).toHaveLength(2);
    expect(rotating.live()).not.toContain(orphan);
  });

  it('keeps the note of the other run when Adobe refuses another secret', async () => {
    const rotating = await startRotatingClient();
    const { parts } = rotating;
    await rotating.beginRotation();
    const { secrets, consoleEndpoint } = parts.run();
    const lost = { kind: 'lost-answer' } as const;
    parts.consoleApi.faults.inject(lost, { when: ({ method }) => method === 'POST', times: 1 });
    const describe: typeof secrets.describe = async (...args) => {
      const described = await secrets.describe(...args);
      return described && { ...described, tags: withoutRotation(described.tags) };
    };
    // The other run writes the tag after this one, and adds its secret before.
    const add: Console['add'] = async (...args) => {
      parts.clock.advance(2);
      const blind = { secrets: replacing(secrets, { describe }) };
      await expect(rotating.step('createSecret', undefined, blind)).rejects.toThrow();
      return await consoleEndpoint.add(...args);
    };
    const slow = rotating.step('createSecret', undefined, during(rotating, { add }));
    await expect(slow).rejects.toMatchObject({ code: 'ERR_CONSOLE_REJECTED' });
    expect(`${await rotating.tag()}`).toMatch(/^adding since=2026-11-22T13:00:02Z /);
    const [, orphan] = rotating.live();
    await complete(rotating);
    expect(rotating.live()).not.toContain(orphan);
  });

  it('retires the old secret even if the refused run has noted that nothing was added', async () => {
    const rotating = await startRotatingClient();
    const { parts } = rotating;
    await rotating.beginRotation();
    const { secrets, consoleEndpoint } = parts.run();
    const describe: typeof secrets.describe = async (...args) => {
      const described = await secrets.describe(...args);
      return described && { ...described, tags: withoutRotation(described.tags) };
    };
    // Within the same second.
    const add: Console['add'] = async (...args) => {
      await rotating.step('createSecret', undefined, { secrets: replacing(secrets, { describe }) });
      return await consoleEndpoint.add(...args);
    };
    const slow = rotating.step('createSecret', undefined, during(rotating, { add }));
    await expect(slow).rejects.toMatchObject({ code: 'ERR_CONSOLE_REJECTED' });
    expect(await rotating.tag()).toBe('none');
    await complete(rotating);
    expect(`${await rotating.tag()}`).toMatch(/^retired /);
    parts.clock.advance(2 * day);
    await tick(parts.run());
    expect(rotating.live()).not.toContain(old);
    parts.clock.advance(day);
    expect(await rotating.rotateSecret()).toEqual([]);
  });

  it('does not repeat a deletion of what the other run has stored meanwhile', async () => {
    const rotating = await startRotatingClient();
    const { parts } = rotating;
    await rotating.beginRotation();
    const { secrets, consoleEndpoint } = parts.run();
    // The other run has added its secret and is about to store it, while this one takes it for left over.
    const remove: Console['remove'] = async () => {
      putting.resolve();
      await stored;
      return { status: 503, body: '' };
    };
    const [added, putting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const put: typeof secrets.put = async (...args) => {
      added.resolve();
      await putting.promise;
      return await secrets.put(...args);
    };
    const other = { secrets: replacing(secrets, { put }) };
    const stored = rotating.step('createSecret', undefined, other);
    await added.promise;
    parts.clock.advance(day);
    let calls = 0;
    const counted: Console['remove'] = async (...args) => {
      calls += 1;
      return await (calls === 1 ? remove(...args) : consoleEndpoint.remove(...args));
    };
    const slow = rotating.step('createSecret', undefined, during(rotating, { remove: counted }));
    await expect(slow).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
    expect(calls).toBe(1);
    await complete(rotating);
    const [first] = await rotating.entries();
    expect(rotating.live()).toEqual([old, first?.client_secret]);
  });
});

it('createSecret is done if the rotation ends while it looks', async () => {
  const rotating = await startRotatingClient();
  await rotating.beginRotation();
  await rotating.step('createSecret');
  const { secrets } = rotating.parts.run();
  let isFirst = true;
  const describe: typeof secrets.describe = async (...args) => {
    const described = await secrets.describe(...args);
    if (isFirst) {
      isFirst = false;
      for (const step of ['testSecret', 'finishSecret'] as const) await rotating.step(step);
    }
    return described;
  };
  await rotating.step('createSecret', undefined, { secrets: replacing(secrets, { describe }) });
  expect(`${await rotating.tag()}`).toMatch(/^retired /);
  const [first] = await rotating.entries();
  expect(rotating.live()).toEqual([old, first?.client_secret]);
});

describe('a rotation during whose steps somebody answers a leak', () => {
  const answering = 'retired uuid=11ede399b68b57a5aca6a96b8b6487c9 at=2026-11-22T13:00:01Z';

  it('leaves the note of that when it is given up', async () => {
    const rotating = await startRotatingClient();
    const { client, adobe } = rotating;
    await rotating.beginRotation();
    await rotating.step('createSecret');
    const SecretId = ClientSecretId;
    const document = { ...documentOf(adobe), client_secrets: [old, 'p8e-by-hand'] };
    await client.send(
      new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(document) }),
    );
    const Tags = [{ Key: tagKeys.rotation, Value: answering }];
    await client.send(new TagResourceCommand({ SecretId, Tags }));
    await expect(rotating.step('testSecret')).rejects.toMatchObject({ code: 'ERR_ROTATION_STALE' });
    expect(await rotating.tag()).toBe(answering);
  });
});

describe('finishSecret', () => {
  it('does not undo a credential that is stored after it has read the current one', async () => {
    const rotating = await startRotatingClient();
    const { parts, client, adobe } = rotating;
    await rotating.beginRotation();
    for (const step of ['createSecret', 'testSecret'] as const) await rotating.step(step);
    const { secrets } = parts.run();
    const document = { ...documentOf(adobe), client_secrets: [old, 'p8e-by-hand'] };
    const SecretString = JSON.stringify(document);
    // The last of what it reads.
    const readVersion: typeof secrets.readVersion = async (...args) => {
      const read = await secrets.readVersion(...args);
      await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
      return read;
    };
    const overtaken = { secrets: replacing(secrets, { readVersion }) };
    await expect(rotating.step('finishSecret', undefined, overtaken)).rejects.toMatchObject({
      code: 'ERR_SECRET_REFUSED',
    });
    expect(await rotating.document()).toEqual(document);
    parts.clock.advance(day);
    await expect(rotating.step('finishSecret')).rejects.toMatchObject({
      code: 'ERR_ROTATION_STALE',
    });
    expect(rotating.live()).toEqual([old]);
  });
});
