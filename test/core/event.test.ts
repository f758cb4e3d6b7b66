import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../core/event.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const prefix = 'ims-token-rotator/prod';
const importedArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/adobe-AbCdEf';
const partialArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/partial';
const naming = {
  prefix,
  clientSecrets: new Map([
    ['imported', importedArn],
    ['partial', partialArn],
  ]),
};

const labelUpdated = (name: string, label = 'AWSCURRENT') => ({
  version: '0',
  id: 'b2c3',
  'detail-type': 'Secret Label Updated',
  source: 'aws.secretsmanager',
  account: '111122223333',
  time: '2026-11-22T12:00:00Z',
  region: 'eu-west-1',
  resources: [`arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`],
  detail: { name, labelUpdated: label, versionId: 'v1' },
});

describe('parseEvent', () => {
  const id = '019ac0de-0000-8000-8000-000000000000';

  it.each<[string, unknown, object]>([
    ['a tick', { action: 'tick' }, { action: 'tick' }],
    [
      'the tick of a shard',
      { action: 'tick', shard: '2/4' },
      { action: 'tick', shard: { number: 2, of: 4 } },
    ],
    ['a status event', { action: 'status' }, { action: 'status' }],
    [
      'a renewal',
      { action: 'renew', credential: 'fusion' },
      { action: 'renew', credentials: ['fusion'], force: { force: false } },
    ],
    [
      'a forced renewal of one version',
      { action: 'renew', credential: 'fusion', force: true, replaces: id },
      { action: 'renew', credentials: ['fusion'], force: { force: true, replaces: id } },
    ],
    [
      'a forced renewal that nobody waits for',
      { action: 'renew', credential: 'fusion', force: true, replaces: id, notice: true },
      {
        action: 'renew',
        credentials: ['fusion'],
        force: { force: true, replaces: id },
        isNotice: true,
      },
    ],
    [
      'a new version of a client secret',
      labelUpdated(`${prefix}/fusion/client`),
      { action: 'renew', credentials: ['fusion'], force: { force: false }, isNotice: true },
    ],
    [
      'a new version of a token secret, which the rotator wrote itself, as nothing to do',
      labelUpdated(`${prefix}/fusion/token`),
      { action: 'ignore' },
    ],
    [
      'a new version of an imported client secret',
      { ...labelUpdated('team/adobe'), resources: [importedArn] },
      { action: 'renew', credentials: ['imported'], force: { force: false }, isNotice: true },
    ],
    [
      'a new version of a client secret that is imported without its last six characters',
      {
        ...labelUpdated('team/partial'),
        resources: [
          'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/partial-Zy9876',
          'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/partial-more-Zy9876',
        ],
      },
      { action: 'renew', credentials: ['partial'], force: { force: false }, isNotice: true },
    ],
    [
      'a new version of a secret that an imported one replaces, as nothing to do',
      labelUpdated(`${prefix}/imported/client`),
      { action: 'ignore' },
    ],
    [
      'another label of a client secret, as nothing to do',
      labelUpdated(`${prefix}/fusion/client`, 'MINE'),
      { action: 'ignore' },
    ],
    [
      'an unrelated secret, as nothing to do',
      labelUpdated('database/password'),
      { action: 'ignore' },
    ],
  ])('understands %s', (_, event, command) => {
    expect(parseEvent(event, naming)).toEqual(command);
  });

  it('reads a version id of any 32 to 64 characters, as AWS does', () => {
    const versionOf = (replaces: string): unknown => {
      const event = { action: 'renew', credential: 'fusion', force: true, replaces };
      return Object(parseEvent(event, naming)).force.replaces;
    };
    for (const id of ['_'.repeat(32), ' "\\\n'.repeat(16), '\u{1F511}'.repeat(64)]) {
      expect(versionOf(id)).toBe(id);
    }
    for (const length of [31, 65]) {
      expect(() => versionOf('-'.repeat(length))).toThrow('replaces must be a version id');
    }
  });

  it.each<[unknown, string]>([
    [undefined, 'the value is not an object'],
    ['tick', 'the value is not an object'],
    [{}, 'action is missing'],
    [{ action: 'rotate' }, 'action must be tick, status or renew'],
    [{ action: 'tick', credential: 'fusion' }, 'credential is not a known field'],
    [{ action: 'tick', shard: 2 }, 'shard must be a number and a count'],
    [{ action: 'tick', shard: '5/4' }, 'shard must be a number and a count of at most 10'],
    [{ action: 'status', shard: '2/4' }, 'shard is not a known field'],
    [{ action: 'renew' }, 'credential is missing'],
    [{ action: 'renew', credential: 'fusion', replaces: id }, 'replaces needs force: true'],
    [{ action: 'renew', credential: 'fusion', notice: 1 }, 'notice must be true or false'],
    [{ action: 'renew', credential: '../x' }, 'credential must be lower-case letters'],
    [
      { action: 'renew', credential: 5, force: 'yes', replaces: 'x', forced: true },
      'credential must be the short name of a credential; force must be true or false; ' +
        'replaces must be a version id; forced is not a known field',
    ],
    [{ SecretId: 'x', ClientRequestToken: 'y' }, 'action is missing'],
    // The body holds whatever the caller of a function URL sends.
    [{ version: '2.0', rawPath: '/', headers: {}, body: '{"action":"tick"}' }, 'action is missing'],
  ])('rejects %j, and lists what is accepted', (event, message) => {
    expect(() => parseEvent(event, naming)).toThrow(
      expect.objectContaining({
        code: 'ERR_EVENT_INVALID',
        message: expect.stringContaining(message),
      }),
    );
    expect(() => parseEvent(event, naming)).toThrow('accepted are {"action":"tick"}');
  });

  it.each<[string, string]>([
    ['a megabyte', 'x'.repeat(1_000_000)],
    ['a secret', 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8'],
  ])('shows no name of a field that is %s', (_, name) => {
    expect(() => parseEvent({ action: 'tick', [name]: 1 }, naming)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^the event is invalid: \(hidden\) is not a known field; /),
        problems: [{ field: '(hidden)', message: 'is not a known field' }],
      }),
    );
  });

  it('understands every event in the documentation', () => {
    const guides = readdirSync(`${root}docs`).map((file) => `docs/${file}`);
    const texts = ['README.md', ...guides.filter((file) => file.endsWith('.md'))].map((file) =>
      readFileSync(`${root}${file}`, 'utf8'),
    );
    const documented = [...texts.join('\n').matchAll(/\| `(\{"action".*?\})` \|/g)].map(
      ([, event = '']) => event.replace('<name>', 'fusion').replace('<version id>', 'a'.repeat(36)),
    );
    expect(documented.length).toBeGreaterThanOrEqual(4);
    for (const event of documented) {
      expect(parseEvent(JSON.parse(event), naming)).toHaveProperty('action');
    }
  });
});
