// A step tries some of a credential's client secrets, and Adobe repeats another one.
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import type { ConsoleEndpoint } from '../../../core/ports.ts';
import { day } from '../../support/builders.ts';
import { expectNoSecrets } from '../../support/no-secrets.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import {
  ClientSecretId,
  documentOf,
  type RotatingClient,
  renewAfter,
  startRotatingClient,
} from '../../support/start-rotating-client.ts';

// Of Adobe's older form, which no pattern tells from an id.
const stored = '3b1f0c9d-77aa-4e21-9f6c-0d5b2a8e4c17';

async function start(): Promise<RotatingClient> {
  const rotating = await startRotatingClient();
  const { adobe, client, parts } = rotating;
  parts.secrets.add(adobe.addSecret(stored).value);
  adobe.removeSecret(clientSecretOf('fusion'));
  const SecretString = JSON.stringify(documentOf(adobe));
  await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
  await renewAfter(rotating, day);
  return rotating;
}

const echoOfStored = { kind: 'echo', as: () => stored } as const;

it.each([
  ['request', 'x-debug-id'],
  ['request', 'error_description'],
  ['validation', 'x-debug-id'],
  ['validation', 'error_description'],
] as const)(
  'the test of a pending client secret shows no other one: %s, %s',
  async (what, place) => {
    const rotating = await start();
    const { parts } = rotating;
    await rotating.beginRotation();
    await rotating.step('createSecret');
    const isWanted = ({ path }: { readonly path: string }): boolean =>
      path.includes('validate') === (what === 'validation');
    parts.ims.faults.inject({ ...echoOfStored, place }, { when: isWanted });
    const before = parts.lines.length;
    await expect(rotating.step('testSecret')).rejects.toMatchObject({
      code: what === 'request' ? 'ERR_TOKEN_REJECTED' : 'ERR_TOKEN_INVALID',
    });
    expect(parts.lines.length).toBeGreaterThan(before);
    expectNoSecrets(JSON.stringify(parts.lines.slice(before)), [stored]);
  },
);

it('a renewal believes no uuid at Adobe that repeats the retired client secret', async () => {
  const rotating = await start();
  const { parts } = rotating;
  await rotating.rotateSecret();
  parts.clock.advance(1_800);
  await tick(parts.run());
  const { consoleEndpoint } = parts.run();
  const list: ConsoleEndpoint['list'] = async (...args) => {
    const { body, ...response } = await consoleEndpoint.list(...args);
    const { client_secrets } = JSON.parse(body);
    client_secrets[1].uuid = stored;
    return { ...response, body: JSON.stringify({ client_secrets }) };
  };
  const add = consoleEndpoint.add.bind(consoleEndpoint);
  const remove = consoleEndpoint.remove.bind(consoleEndpoint);
  parts.clock.advance(day);
  const before = parts.lines.length;
  await tick(parts.run({ consoleEndpoint: { list, add, remove } }));
  const lines = parts.lines.slice(before);
  expectNoSecrets(JSON.stringify(lines), [stored]);
  expect(lines.at(-1)?.fields).toMatchObject({ code: 'ERR_CONSOLE_MALFORMED' });
});
