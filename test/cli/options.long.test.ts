import { describe, expect, it } from 'vitest';
import { RunningProcess } from '../support/run-process.ts';
import { fileWith, program } from './operator.ts';

const commands = [
  ['status'],
  ['doctor'],
  ['token', 'fusion'],
  ['renew', 'fusion'],
  ['renew', '--all'],
  ['put-credential', 'fusion', 'FILE'],
  ['onboard', 'fusion', 'FILE'],
  ['offboard', 'fusion', '--yes'],
  ['pause', 'fusion'],
  ['resume', 'fusion'],
] as const;

const invalid = [
  ['--rotator', ''],
  ['--rotator', 'team/prod'],
  ['--prefix', ''],
  ['--prefix', '/ims-token-rotator/prod'],
  ['--prefix', 'ims-token-rotator/prod/'],
  ['--prefix', '--json'],
  ['--function', ''],
  ['--function', '--json'],
  ['--profile', '--json'],
  ['--region', ''],
  ['--region', 'us east'],
  ['--profile', ''],
] as const;

/** Nothing may be called: there is no endpoint, and no proxy to one. */
const offline = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'us-east-1' };
const run = (...args: readonly string[]) => new RunningProcess(program, args, offline).exit();

describe.each(commands)('%s', (...command) => {
  it('rejects an option that is empty, as an unset variable makes it, or mistyped', async () => {
    const file = await fileWith('{}');
    const words = command.map((word) => (word === 'FILE' ? file : `${word}`));
    const exits = await Promise.all(
      invalid.map(async ([option, value]) => {
        const { code, stderr } = await run(...words, option, value);
        return [option, value, code, stderr.split(' must be ')[0]?.replaceAll(/\s+/g, ' ')];
      }),
    );
    expect(exits).toEqual(
      invalid.map(([option, value]) => [option, value, 2, `ERR_USAGE invalid options: ${option}`]),
    );
  });
});

describe('an empty argument', () => {
  it.each([
    ['status', ''],
    ['doctor', ''],
    ['token', ''],
    ['renew', ''],
    ['pause', ''],
    ['resume', ''],
    ['offboard', '', '--yes'],
    ['onboard', '', 'x'],
    ['put-credential', '', 'x'],
    ['onboard', 'fusion', 'x', '--key', ''],
    ['onboard', 'fusion', 'x', '--product', ''],
    ['onboard', 'fusion', 'x', '--scopes', ''],
    ['onboard', 'fusion', 'x', '--renew-before', ''],
    ['doctor', 'fusion', '--api', ''],
  ])('is a usage error: %s %j', async (...args) => {
    const words = args.filter((word) => word !== undefined);
    const { code, stderr } = await run(...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ERR_USAGE /);
  });
});
