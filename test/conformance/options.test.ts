import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../conformance/options.ts';

describe('the options of npm run conformance', () => {
  it.each([
    ['no endpoint and no prefix', [], 'Give --endpoint, or --prefix for AWS.'],
    ['an option without its value', ['--endpoint'], "Option '--endpoint <value>' argument missing"],
    [
      'a host without a scheme',
      ['--endpoint', 'localhost:4566'],
      '--endpoint must begin with http',
    ],
    ['a scheme without a host', ['--endpoint', 'http://'], 'and have a host.'],
    ['another scheme', ['--endpoint', 'ftp://127.0.0.1/'], '--endpoint must begin with http'],
    ['no URL', ['--endpoint', 'nonsense', '--prefix', 'team'], '--endpoint must begin with http'],
    ['a prefix that no secret can have', ['--prefix', 'a b'], '--prefix must have'],
    ['an option that does not exist', ['--what'], "Unknown option '--what'"],
    ['a word', ['team'], "Unexpected argument 'team'"],
  ])('%s is an error that says what is wrong', (_, args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it.each([
    'endpoint',
    'prefix',
    'region',
    'rotation-function',
    'replica-region',
    'denied-profile',
    'disabled-key',
  ])('--%s of a variable that is not set is an error', (name) => {
    const args = ['--endpoint', 'http://127.0.0.1:1', '--prefix', 'team', `--${name}`, ''];
    expect(() => parseOptions(args)).toThrow(`--${name} is empty.`);
  });

  it('are what is given', () => {
    expect(parseOptions(['--endpoint', 'HTTPS://example.com', '--yes'])).toEqual({
      endpoint: 'HTTPS://example.com',
      yes: true,
    });
    expect(parseOptions(['--prefix', 'team/x'])).toEqual({ prefix: 'team/x' });
  });

  it.each(['--help', '-h'])('are nothing when %s asks for help', (help) => {
    expect(parseOptions([help])).toBeUndefined();
  });
});
