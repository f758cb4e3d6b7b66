import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/errors.ts';
import { errorLines, reportError } from '../../cli/view/report-error.ts';

/** The output of a command that ends with this error. */
function reported(error: unknown, options = {}): string {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const host = { stdin: process.stdin, stdout, stderr, env: {} };
  expect(reportError(error, options, host as unknown as NodeJS.Process)).toBe(1);
  return [stdout, stderr].map((stream) => String(stream.read() ?? '')).join('');
}

describe('a reported error', () => {
  it('has one line for each problem, whatever the text of a problem holds', () => {
    const problems = [
      { field: 'scope', message: 'is missing; give the scopes, or a product' },
      { field: 'client_id', message: 'is empty' },
    ];
    const error = new CliError('ERR_CREDENTIAL_INVALID', 'x is invalid', 'fix it', { problems });
    expect(errorLines(error, undefined)).toEqual([
      'ERR_CREDENTIAL_INVALID x is invalid:',
      '  scope is missing; give the scopes, or a product',
      '  client_id is empty',
      '  → fix it',
    ]);
  });

  it('has one line for a message without problems, whatever the message holds', () => {
    const error = new CliError('ERR_AWS_UNAVAILABLE', 'one thing; and the same thing');
    expect(errorLines(error, undefined)).toEqual([
      'ERR_AWS_UNAVAILABLE one thing; and the same thing',
    ]);
  });

  it('lists its problems in its message too', () => {
    const problems = [{ field: '--key', message: 'is empty' }];
    const { message, summary } = new CliError('ERR_USAGE', 'invalid options', 'x', { problems });
    expect({ message, summary }).toEqual({
      message: 'invalid options: --key is empty',
      summary: 'invalid options',
    });
  });

  it('has the frames of one that nobody expects, but not its message, which may quote a value', () => {
    const error = new TypeError('"p8e-secret" is not valid\nJSON of p8e-secret at line 2');
    const text = reported(error);
    expect(text).toMatch(/^ERR_UNEXPECTED .*\n.*\n +at .*report-error\.test\.ts:\d+:\d+/);
    expect(text).not.toContain('p8e-secret');
    const json = reported(error, { json: true });
    expect(JSON.parse(json)).toMatchObject({ error: { code: 'ERR_UNEXPECTED' } });
    expect(json).not.toContain('p8e-secret');
  });
});
