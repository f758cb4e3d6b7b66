import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { printable, printableJson } from '../../cli/view/printable.ts';
import { Terminal } from '../../cli/view/terminal.ts';
import { environmentVariables, tagKeys } from '../../core/contract.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { fileWith, type Operator, startOperator } from './operator.ts';
import { startHealthy } from './patient.ts';

// Clears the screen, rings, sets a colour by C1, turns the text round, and fakes a line.
const evil = '\u001B[2J\u0007\u009B31m\u202E\u007F\r\n✓ ';
const harmful = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

/** A function whose environment claims to be a rotator's. */
async function claim(
  { world }: Operator,
  functionName: string,
  variables: Readonly<Record<string, string>>,
  code = 'export const handler = () => ({});',
): Promise<void> {
  const file = join(await temporaryDirectory(), 'index.mjs');
  await writeFile(file, code);
  world.lambda.createFunction({ functionName, bundle: file, environment: variables });
}

/** A server that answers every request alike. @returns its URL */
async function serverWith(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'of AWS' };
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Writes escapes into every field of the account that a command shows. */
function poison({ world }: Operator): void {
  const { account } = world.aws;
  account.defaultPrincipal = { ...account.defaultPrincipal, arn: `arn:${evil}caller` };
  const [alarm] = [...account.alarms.values()];
  if (alarm !== undefined) {
    account.alarms.set(`${evil}alarm`, {
      ...alarm,
      alarmName: `${evil}alarm`,
      stateValue: 'ALARM',
    });
  }
  const [subscription] = account.subscriptions.splice(0);
  if (subscription !== undefined) {
    account.subscriptions.push({
      ...subscription,
      endpoint: `${evil}endpoint`,
      confirmed: false,
    });
  }
  const schedules = [...account.schedules.values()];
  account.schedules.clear();
  for (const schedule of schedules) {
    account.schedules.set('x', { ...schedule, name: `${evil}schedule`, state: 'DISABLED' });
  }
  const tags = { 'aws:cloudformation:stack-name': `${evil}stack`, [tagKeys.status]: evil };
  for (const kind of ['client', 'token'] as const) {
    world.secretsManager.seed({ name: world.secretId('gone', kind), tags, secretString: '{}' });
  }
  account.recordEvent({
    eventName: 'GetSecretValue',
    eventSource: 'secretsmanager.amazonaws.com',
    at: Date.now() - 60_000,
    username: 'x',
    principalArn: `${evil}reader`,
    accessKeyId: 'x',
    requestParameters: { secretId: world.secretId('gone', 'token') },
  });
}

describe('text from elsewhere', () => {
  it('reaches no terminal with control characters, and JSON only escaped', async () => {
    const operator = await startHealthy();
    poison(operator);
    const product = await serverWith(403, JSON.stringify({ error_code: `${evil}gateway` }));
    const commands = [
      [
        ['doctor', 'fusion', '--api', product],
        ['caller', 'alarm', 'endpoint', 'schedule'],
      ],
      [
        ['offboard', 'gone', '--yes'],
        ['stack', 'reader'],
      ],
      [['status'], []],
    ] as const;
    for (const [args, fields] of commands) {
      for (const more of [[], ['--json']]) {
        if (args[0] === 'offboard') poison(operator);
        const { stdout, stderr } = await operator.cli(...args, ...more);
        const shown = stdout + stderr;
        for (const field of fields) expect(shown, args.join(' ')).toContain(field);
        expect(harmful.exec(shown), args.join(' ')).toBeNull();
        if (more.length > 0 && fields.length > 0)
          expect(JSON.stringify(JSON.parse(stdout))).toContain('\\u001b[2J');
        if (more.length === 0) expect(shown).not.toMatch(/^✓ /m);
      }
    }
  });

  it.each([
    ['the message of a failed renewal', 'ERR_TOKEN_REJECTED'],
    ['the type and message of a failed function', `Error${evil}type`],
  ])('is shown without control characters: %s', async (_, name) => {
    const operator = await startOperator();
    const code = `export const handler = () => {
      throw Object.assign(new Error(${JSON.stringify(`${evil}message`)}), { name: ${JSON.stringify(name)} });
    };`;
    await claim(operator, 'other', { [environmentVariables.name]: 'other' }, code);
    const { stdout, stderr } = await operator.cli('renew', 'x', '--rotator', 'other');
    expect(stdout + stderr).toContain('message');
    expect(harmful.exec(stdout + stderr)).toBeNull();
  });

  it('is not shown if it is no name: an error code of AWS', async () => {
    const operator = await startOperator();
    const answer = JSON.stringify({ __type: `${evil}code`, message: evil });
    const url = await serverWith(400, answer);
    operator.environment['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = url;
    const { stderr } = await operator.cli('status');
    expect(stderr).toContain('AWS rejected secretsmanager:ListSecrets: unknown error');
    expect(harmful.exec(stderr)).toBeNull();
  });

  it('shows none in the text of a spinner', () => {
    const written: unknown[] = [];
    const ignore = (): boolean => true;
    const write = (text: unknown): boolean => written.push(text) > 0;
    const stderr = Object.assign(new PassThrough(), { isTTY: true, write, columns: 80 });
    Object.assign(stderr, { clearLine: ignore, cursorTo: ignore, moveCursor: ignore });
    const { stdout, stdin } = process;
    const terminal = new Terminal({ stdout, stdin, stderr: stderr as never });
    const progress = terminal.progress(`one${evil}`);
    progress.say(`two${evil}`);
    // The spinner draws its new text below the line.
    terminal.note('a line');
    progress.end();
    // Without the sequences that the spinner itself writes.
    const text = stripVTControlCharacters(written.join(''));
    expect(text).toContain('one');
    expect(text).toContain('two');
    expect(harmful.exec(text)).toBeNull();
  });

  it('loses each control character, and nothing else', () => {
    for (let code = 0; code < 0x3000; code += 1) {
      const character = String.fromCodePoint(code);
      const shown = printable(`a${character}b`);
      expect(shown).toHaveLength(3);
      if (/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(character)) {
        expect(shown).toMatch(/^a[ \uFFFD]b$/);
      } else expect(shown).toBe(`a${character}b`);
      const json = printableJson({ [character]: character });
      expect(JSON.parse(json)).toEqual({ [character]: character });
      expect(harmful.test(json)).toBe(false);
    }
  });
});

const name = environmentVariables.name;
const prefix = environmentVariables.prefix;
const document = '{"client_id":"id-0123456789","client_secret":"p8e-0123456789","scope":"openid"}';

describe('a function that claims to be a rotator', () => {
  it('is ignored with a name that no rotator has', async () => {
    const operator = await startOperator();
    await claim(operator, 'evil-one', { [name]: `../${evil}` });
    await claim(operator, 'evil-two', { [name]: '' });
    expect(await operator.cli('status')).toMatchObject({ code: 0 });
  });

  it('is rejected with a prefix that no rotator has', async () => {
    const operator = await startOperator();
    await claim(operator, 'evil', { [name]: 'evil', [prefix]: `/${evil}` });
    const { code, stderr } = await operator.cli('status', '--rotator', 'evil');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_FUNCTION_FAILED evil cannot run: its environment is invalid/);
    expect(harmful.exec(stderr)).toBeNull();
  });

  it('is told from the right one by --function', async () => {
    const operator = await startOperator();
    await claim(operator, 'evil', { [name]: 'local', [prefix]: 'ims-token-rotator/local' });
    const { code, stderr } = await operator.cli('status', '--rotator', 'local');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^ERR_ROTATOR_AMBIGUOUS several functions claim the same rotator: evil \(local\), rotator-local \(local\)\n/,
    );
    expect(stderr).toContain('--function NAME');
    const chosen = ['--rotator', 'local', '--function', 'rotator-local'];
    expect(await operator.cli('status', ...chosen)).toMatchObject({ code: 0 });
  });

  it.each(['onboard', 'put-credential', 'offboard', 'pause'])(
    'does not lead %s to another prefix, unless --prefix says the same',
    async (command) => {
      const operator = await startOperator({ environment: { [prefix]: 'team/adobe' } });
      const { cli, world } = operator;
      operator.secrets.add('p8e-0123456789');
      if (command !== 'onboard') {
        for (const kind of ['client', 'token']) {
          world.secretsManager.seed({ name: `team/adobe/fusion/${kind}`, secretString: '{}' });
        }
      }
      const file = await fileWith(document);
      const options = new Map([
        ['offboard', ['--yes']],
        ['pause', []],
      ]).get(command) ?? [file, '--wait', '0'];
      const args = ['fusion', ...options];
      const { code, stderr } = await cli(command, ...args);
      expect(code).toBe(2);
      expect(stderr).toContain('whose standard prefix is ims-token-rotator/local');
      expect(stderr).toContain('give --prefix team/adobe');
      const writes = world.secretsManager.calls.filter(({ action }) =>
        /^(Create|Put|Delete|Tag)/.test(action),
      );
      expect(writes).toEqual([]);
      expect(await cli(command, ...args, '--prefix', 'team/adobe')).toMatchObject({ code: 0 });
    },
  );
});

describe('an account that somebody fills', () => {
  it('fills no terminal with the functions that claim a rotator', async () => {
    const operator = await startOperator();
    for (let index = 0; index < 60; index += 1) {
      await claim(operator, `evil-${'x'.repeat(50)}-${index}`, { [name]: 'local' });
    }
    const { stderr } = await operator.cli('status', '--rotator', 'local');
    expect(stderr).toContain('several functions claim the same rotator: evil-');
    expect(stderr).toContain('and 41 more');
    const { stdout } = await operator.cli('doctor', '--function', 'rotator-local');
    expect(stdout).toContain('and 50 more');
    expect(stderr.length + stdout.length).toBeLessThan(8_000);
  });

  it('fills no terminal with what such a function answers', async () => {
    const operator = await startOperator();
    const failing = `export const handler = () => {
      throw Object.assign(new Error('m'.repeat(1_000_000)), { name: 'ERR_' + 'X'.repeat(100_000) });
    };`;
    await claim(operator, 'failing', { [name]: 'failing' }, failing);
    const failed = await operator.cli('renew', 'x', '--rotator', 'failing');
    expect(failed.code).toBe(1);
    expect(failed.stdout.length).toBeLessThan(12_000);
    const reason = `'r'.repeat(1_000_000)`;
    const kept = `export const handler = () => ({
      credentials: [{ name: 'x', outcome: 'kept', reason: ${reason} }],
    });`;
    await claim(operator, 'keeping', { [name]: 'keeping' }, kept);
    const { stdout } = await operator.cli('renew', 'x', '--rotator', 'keeping');
    expect(stdout).toContain('ERR_FUNCTION_FAILED');
    expect(stdout.length).toBeLessThan(1_000);
  });

  it('fills no terminal with secrets that look like those of abandoned rotators', async () => {
    const operator = await startOperator();
    for (let index = 0; index < 30; index += 1) {
      operator.world.secretsManager.seed({ name: `ims-token-rotator/evil-${index}/x/token` });
    }
    const { stdout } = await operator.cli('status');
    expect(stdout.match(/^abandoned: /gm)).toHaveLength(5);
    expect(stdout).toContain('and 25 more abandoned rotators');
    const doctor = await operator.cli('doctor');
    expect(doctor.stdout).toContain('and 25 more');
    const { abandoned_rotators } = JSON.parse((await operator.cli('status', '--json')).stdout);
    expect(abandoned_rotators).toHaveLength(30);
  });
});
