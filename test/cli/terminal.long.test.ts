import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { sampleClient } from '../../local/sample-credential.ts';
import { hour } from '../support/builders.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { startLeak } from './leak-world.ts';
import { fileWith, inSeconds, type Operator, seedCredential, startOperator } from './operator.ts';
import { inTerminal, TerminalSession } from './terminal-session.ts';

async function withCredentials(): Promise<Operator> {
  const operator = await startOperator();
  seedCredential(operator.world, 'workfront-fusion', { expiresIn: 20 * hour });
  seedCredential(operator.world, `firefly-${'x'.repeat(32)}`, {
    expiresIn: 3 * hour,
    failing: `code=ERR_TOKEN_REJECTED/invalid_client since=${inSeconds(-hour)} retry-at=${inSeconds(900)}`,
  });
  return operator;
}

/** A command may be longer than the terminal is wide: it is copied in one piece. */
const isTooLong = (line: string): boolean =>
  line.length > 80 && !/^ *(→ )?(ims-token-rotator|aws) /.test(line);

describe('in a terminal of 80 columns', () => {
  it.each([
    ['status'],
    ['doctor'],
    ['doctor', 'workfront-fusion'],
    ['renew', 'workfront-fusion', 'nope'],
    ['offboard', 'workfront-fusion', '--yes'],
    ['leaked', 'workfront-fusion', '--yes', '--now'],
    ['rotate-client-secret', 'workfront-fusion'],
    ['status', 'nope'],
    ['put-credential', 'workfront-fusion', '/nowhere'],
    ['pause', 'workfront-fusion'],
    ['--help'],
    ['status', '--help'],
    ['doctor', '--help'],
    ['onboard', '--help'],
    ['token', '--help'],
    ['renew', '--help'],
    ['put-credential', '--help'],
    ['offboard', '--help'],
    ['leaked', '--help'],
    ['rotate-client-secret', '--help'],
    ['local', '--help'],
  ])('prints no longer line: %s %s', async (...args) => {
    const { lines } = await inTerminal(await withCredentials(), ...args).exit();
    expect(lines.filter(isTooLong)).toEqual([]);
    expect(lines.join('')).not.toBe('');
  });

  it('prints a command in one piece', async () => {
    const operator = await withCredentials();
    const place = '--rotator local --prefix ims-token-rotator/local --region us-east-1';
    const { text } = await inTerminal(operator, 'doctor', ...place.split(' ')).exit();
    expect(text).toContain(`ims-token-rotator doctor firefly-${'x'.repeat(32)} ${place}`);
    const { lines } = await inTerminal(operator, 'pause', 'nope', ...place.split(' ')).exit();
    expect(lines).toContain(`  ims-token-rotator status ${place}`);
  });

  it('explains what leaked does, asks, and tells each step in lines that fit', async () => {
    const leak = await startLeak();
    const session = inTerminal(leak, 'leaked', 'fusion', '--now');
    await session.answer('Type fusion', 'fusion\r');
    const { code, lines, text } = await session.exit();
    expect(code).toBe(0);
    // The question redraws its line at each key.
    const printed = lines.filter((line) => !line.includes('Type fusion'));
    expect(printed.filter(isTooLong)).toEqual([]);
    expect(text.indexOf('This')).toBeLessThan(text.indexOf('Type fusion'));
    expect(text).toContain('✓ deleted the leaked client secret at Adobe');
    expect(text).toContain('Left to people:');
    expectNoSecrets(text, [...leak.secrets]);
  });

  it('changes nothing after another answer than the name', async () => {
    const leak = await startLeak();
    const session = inTerminal(leak, 'leaked', 'fusion', '--now');
    await session.answer('Type fusion', 'no\r');
    const { code, text } = await session.exit();
    expect(code).toBe(130);
    expect(text).toContain('nothing was changed');
    expect(leak.world.consoleApi.requests).toEqual([]);
  });

  it('shows colours, except with NO_COLOR', async () => {
    const operator = await withCredentials();
    const coloured = await inTerminal(operator, 'status').exit();
    expect(coloured.raw).toContain('\u001B[31mfirefly');
    const plain = new TerminalSession(operator, ['status'], { NO_COLOR: '1' });
    // A spinner moves the cursor; a colour ends in m.
    const sequences = (await plain.exit()).raw.split('\u001B[').slice(1);
    expect(sequences.filter((sequence) => /^[\d;]*m/.test(sequence))).toEqual([]);
  });

  it('shows as many rows as fit, the most urgent first', async () => {
    const operator = await withCredentials();
    const failing = `code=ERR_TOKEN_REJECTED/invalid_client since=${inSeconds(-hour)} retry-at=${inSeconds(900)}`;
    for (let index = 0; index < 60; index += 1) {
      seedCredential(operator.world, `c${index}`, { expiresIn: 5 * hour, failing });
    }
    const { text } = await inTerminal(operator, 'status').exit();
    const lines = text.slice(text.indexOf('local: 62')).split('\n');
    expect(lines.length).toBeLessThanOrEqual(30);
    expect(lines[3]).toMatch(/^firefly-x+… +failing/);
    expect(lines.join('\n')).toMatch(
      /… and \d+ less urgent: name some, or pipe the output to see all/,
    );
  });

  it('prints no token without --show', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    await operator.invoke({ action: 'tick' });
    const token = String((await operator.read('fusion'))?.token['access_token']);
    for (const form of [[], ['--header'], ['--env'], ['--json']]) {
      const { code, raw } = await inTerminal(operator, 'token', 'fusion', ...form).exit();
      expect(code).toBe(2);
      expectNoSecrets(raw, [token]);
    }
    const field = await inTerminal(operator, 'token', 'fusion', '--field', 'client_id').exit();
    expect(field.code).toBe(0);
    const shown = await inTerminal(operator, 'token', 'fusion', '--show').exit();
    expect(shown.text).toContain(token);
  });

  it('asks for a credential without showing the secret', async () => {
    const operator = await startOperator({ eventRule: true });
    const { clientId, clientSecrets } = sampleClient();
    const [secret = ''] = clientSecrets;
    operator.world.ims.registerClient({ clientId, clientSecrets, scopes: ['openid', 'AdobeID'] });
    const onboarding = inTerminal(operator, 'onboard', 'fusion');
    await onboarding.answer('Client ID', `${clientId}\r`);
    // Ctrl-T shows a password where that is allowed.
    await onboarding.answer('not shown', `${secret}\u0014\r`);
    await onboarding.answer('Scopes', 'openid, AdobeID\r');
    const { code, raw, text } = await onboarding.exit();
    expect(code).toBe(0);
    expect(text).toContain('the token of fusion is stored');
    expectNoSecrets(raw, [secret]);
    expect((await operator.read('fusion'))?.token).toMatchObject({ client_id: clientId });
  });

  it('deletes nothing when the answer is another name, or Ctrl-C', async () => {
    const operator = await withCredentials();
    for (const answer of ['other\r', '\u0003']) {
      const offboarding = inTerminal(operator, 'offboard', 'workfront-fusion');
      await offboarding.answer('Type workfront-fusion', answer);
      const { code, text } = await offboarding.exit();
      expect(code).toBe(130);
      expect(text).toContain('ERR_INTERRUPTED interrupted: nothing was deleted');
    }
    const offboarding = inTerminal(operator, 'offboard', 'workfront-fusion');
    await offboarding.answer('Type workfront-fusion', 'workfront-fusion\r');
    expect(await offboarding.exit()).toMatchObject({ code: 0 });
  });

  it('asks before a credential is stored under a prefix that is not the standard one', async () => {
    const environment = { [environmentVariables.prefix]: 'team/adobe' };
    const operator = await startOperator({ environment });
    const file = await fileWith(
      JSON.stringify({ client_id: 'x', client_secret: 'p8e-0123456789', scope: 'openid' }),
    );
    const created = () =>
      operator.world.secretsManager.calls.filter(({ action }) => action === 'CreateSecret').length;
    for (const [answer, code, count] of [
      ['y\r', 130, 0],
      ['\u0003', 130, 0],
      ['yes\r', 0, 2],
    ] as const) {
      const onboarding = inTerminal(operator, 'onboard', 'fusion', file, '--wait', '0');
      await onboarding.answer('Type yes', answer);
      const exit = await onboarding.exit();
      expect(exit, exit.text).toMatchObject({ code });
      expect(exit.text).toContain('team/adobe/fusion/client belongs to the rotator local');
      expect(created()).toBe(count);
    }
  });

  it('shows a field of the token without control characters, and gives it as it is to a pipe', async () => {
    const operator = await startOperator();
    const field = '\u001B[2J\u0007left\nright';
    operator.world.secretsManager.seed({
      name: operator.world.secretId('fusion', 'token'),
      secretString: JSON.stringify({ access_token: 'x', org_id: field }),
    });
    const args = ['token', 'fusion', '--rotator', 'local', '--field', 'org_id'];
    const { text } = await inTerminal(operator, ...args).exit();
    expect(text).toContain('\uFFFD[2J\uFFFDleft right');
    expect(await operator.cli(...args)).toMatchObject({ stdout: `${field}\n` });
  });

  it('stops asking on Ctrl-C, and creates nothing', async () => {
    const operator = await startOperator();
    const onboarding = inTerminal(operator, 'onboard', 'fusion');
    await onboarding.answer('Client ID', '\u0003');
    const { code, text } = await onboarding.exit();
    expect(code).toBe(130);
    expect(text).toContain('ERR_INTERRUPTED interrupted');
    const writes = operator.world.secretsManager.calls.filter(({ action }) =>
      action.startsWith('Create'),
    );
    expect(writes).toEqual([]);
  });

  it('shows the progress of long work', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const file = await fileWith(
      JSON.stringify({ client_id: 'x', client_secret: 'p8e-0123456789', scope: 'openid' }),
    );
    const putting = inTerminal(operator, 'put-credential', 'fusion', file, '--yes', '--wait', '1');
    const { code, raw } = await putting.exit();
    expect(code).toBe(1);
    expect(raw).toContain('waiting for the token');
  });

  it('redraws the status in place until Ctrl-C', async () => {
    const operator = await withCredentials();
    const watching = inTerminal(operator, 'status', '--watch', '--every', '1');
    await watching.answer('firefly', '');
    await watching.answer('\u001B[2J\u001B[3J\u001B[H', '\u0003');
    const { code } = await watching.exit();
    expect(code).toBe(1);
  });
});
