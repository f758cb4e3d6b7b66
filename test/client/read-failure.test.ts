import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { readFailure } from '../../client/read-failure.ts';
import { TokenError } from '../../client/token-error.ts';
import { awsError } from './start-reader.ts';

describe('a failed read', () => {
  it.each([
    [
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
      'ERR_TOKEN_SECRET_NOT_FOUND',
    ],
    [
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      'ERR_TOKEN_NOT_READY',
    ],
    [
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
      'ERR_TOKEN_SECRET_NOT_FOUND',
    ],
    ['InvalidRequestException', 'Something else.', 'ERR_TOKEN_READ_FAILED'],
    ['AccessDeniedException', 'User: x is not authorized', 'ERR_TOKEN_ACCESS_DENIED'],
    ['DecryptionFailure', 'KMS', 'ERR_TOKEN_ACCESS_DENIED'],
    ['ThrottlingException', 'Rate exceeded', 'ERR_TOKEN_READ_FAILED'],
  ])('of a %s "%s" is %s', (name, message, code) => {
    const cause = awsError(name, message);
    const failure = readFailure('fusion/token', cause);
    expect(failure).toMatchObject({ code, cause });
    expect(failure.message).toContain('fusion/token');
    expect(failure.message).toContain(message);
  });

  it.each([
    ['whose message has no text', Object.assign(new Error('x'), { message: { toString: 1 } })],
    ['whose name has no text', Object.assign(new Error('x'), { name: Object.create(null) })],
    [
      'whose name throws',
      Object.defineProperty(new Error('x'), 'name', {
        get: () => {
          throw new Error('another');
        },
      }),
    ],
    [
      'that is a proxy which throws',
      new Proxy(new Error('x'), {
        get: () => {
          throw new Error('another');
        },
        getPrototypeOf: () => {
          throw new Error('another');
        },
      }),
    ],
    ['that is none', Symbol('x')],
  ])('by an error %s is a TokenError all the same', (_, thrown) => {
    const failure = readFailure('fusion/token', thrown);
    expect(failure).toBeInstanceOf(TokenError);
    expect(failure).toMatchObject({ code: 'ERR_TOKEN_READ_FAILED' });
  });

  it('of the network keeps its cause', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const failure = readFailure('fusion/token', new TypeError('fetch failed', { cause: refused }));
    expect(failure).toMatchObject({ code: 'ERR_TOKEN_READ_FAILED' });
    expect(failure.cause).toBeInstanceOf(TypeError);
  });

  it.each(['import', 'require'])('without the AWS SDK asks to install it (%s)', (way) => {
    let missing: unknown;
    try {
      createRequire(import.meta.url)('@aws-sdk/not-installed');
    } catch (error) {
      missing = error;
    }
    const message = (missing as Error).message.replace(
      'module',
      way === 'import' ? 'package' : 'module',
    );
    const failure = readFailure('fusion/token', Object.assign(missing as Error, { message }));
    expect(failure).toMatchObject({ code: 'ERR_TOKEN_READ_FAILED', cause: missing });
    expect(failure.message).toMatch(/: install it \(Error: Cannot find .*not-installed/);
  });

  it('of a parser loses the text that it quotes', () => {
    let quoting: unknown;
    try {
      JSON.parse('eyJhbGciOi');
    } catch (error) {
      quoting = error;
    }
    expect(String(quoting)).toContain('eyJh');
    const failure = readFailure('fusion/token', quoting);
    expect(failure.message).toContain('SyntaxError');
    expect(failure.message).not.toContain('eyJh');
    expect(failure.cause).toBeUndefined();
  });

  it('that has a code already is passed on', () => {
    const error = new TokenError('ERR_TOKEN_EXPIRED', 'x');
    expect(readFailure('fusion/token', error)).toBe(error);
  });
});
