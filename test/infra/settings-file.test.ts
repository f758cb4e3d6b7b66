import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeEach, expect, it } from 'vitest';
import { ImsTokenRotatorStack } from '../../infra/index.ts';
import { readSettings } from '../../infra/settings.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

function settings(context?: unknown): unknown {
  const app = new App(context === undefined ? {} : { context: { 'ims-token-rotator': context } });
  return readSettings(app.node, directory);
}

const write = (text: string) => writeFile(join(directory, 'ims-token-rotator.json'), text);

it('settings are in ims-token-rotator.json as in cdk.json, beside the address of their schema', async () => {
  await write('{ "$schema": "./schema.json", "rotatorName": "team" }');
  expect(settings()).toEqual({ rotatorName: 'team', credentials: {} });
});

it('the file may begin with a byte order mark', async () => {
  await write('\uFEFF{ "validate": true }');
  expect(settings()).toEqual({ validate: true, credentials: {} });
});

it('settings in the context are read without a file', () => {
  expect(settings({ rotatorName: 'team' })).toEqual({ rotatorName: 'team', credentials: {} });
});

it('settings in both places are an error that names both', async () => {
  await write('{}');
  expect(() => settings({})).toThrow(
    'there are settings in ims-token-rotator.json and in the context, under ims-token-rotator ' +
      '(cdk.json or --context): keep one of the two',
  );
});

it('no settings at all are an error that names each place for them', () => {
  expect(settings).toThrow(
    'there are no settings: create ims-token-rotator.json beside cdk.json, set the context key ' +
      'ims-token-rotator in cdk.json, or pass settings to ImsTokenRotatorStack; {} uses every default',
  );
});

it('every problem in the file is reported by field, with the name of the file', async () => {
  await write('{ "rotatorNam": "team", "alarms": { "emails": ["x"] }, "tickMinutes": 1 }');
  expect(settings).toThrow(/^the settings in ims-token-rotator\.json are invalid:\n/);
  expect(settings).toThrow(/\n- alarms\.emails\.0: must be an e-mail address; it is "x"(\n|$)/);
  expect(settings).toThrow(/\n- rotatorNam: is unknown; /);
  expect(settings).toThrow(/\n- tickMinutes: must be a whole number from 3 to 1440; it is 1(\n|$)/);
});

it('a file that is not JSON is reported with the position', async () => {
  await write('{\n  "validate": true,\n}');
  expect(settings).toThrow(
    /^the settings in ims-token-rotator\.json are invalid:\n- must be valid JSON: .*line 3 column 1/,
  );
});

it('a file that cannot be read is reported', async () => {
  await mkdir(join(directory, 'ims-token-rotator.json'));
  expect(settings).toThrow('ims-token-rotator.json cannot be read: EISDIR');
});

it('a file without end is not read to it', async () => {
  await symlink('/dev/zero', join(directory, 'ims-token-rotator.json'));
  expect(settings).toThrow('ims-token-rotator.json has more than 1048576 bytes');
});

it('a stack without settings of its own reads those of its app', () => {
  const app = new App({ context: { 'ims-token-rotator': { rotatorName: 'of-the-app' } } });
  const { rotator } = new ImsTokenRotatorStack(app, 'Rotator');
  expect(rotator.rotatorName).toBe('of-the-app');
});

it('a stack with settings of its own does not look at those of its app', () => {
  const app = new App({ context: { 'ims-token-rotator': 'invalid' } });
  const stack = new ImsTokenRotatorStack(app, 'Rotator', {
    settings: { credentials: { fusion: { scopes: ['openid'] } } },
  });
  Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 2);
});

it('invalid settings of a stack are reported with its path', () => {
  const create = () =>
    new ImsTokenRotatorStack(new App(), 'Rotator', { settings: { tickMinutes: 0 } });
  expect(create).toThrow(
    'the settings of Rotator are invalid:\n- tickMinutes: must be a whole number from 3 to 1440; it is 0',
  );
});
