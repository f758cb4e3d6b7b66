import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/errors.ts';
import { errorLines } from '../../cli/view/report-error.ts';

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
});
