import { describe, expect, it } from 'vitest';
import { asRotatorError, RotatorError } from '../../core/errors.ts';

describe('an error', () => {
  it('says who has to act, and whether it is transient', () => {
    expect(new RotatorError('ERR_SECRET_UNAVAILABLE', 'x')).toMatchObject({
      name: 'ERR_SECRET_UNAVAILABLE',
      actor: 'nobody',
      transient: true,
    });
    expect(new RotatorError('ERR_CREDENTIAL_INVALID', 'x')).toMatchObject({
      actor: 'credential owner',
      transient: false,
    });
  });

  it('with a code stays as it is', () => {
    const error = new RotatorError('ERR_PAUSED', 'x');
    expect(asRotatorError(error)).toBe(error);
  });

  it.each([
    [new SyntaxError('Unexpected token in "p8e-secret"'), 'unexpected SyntaxError'],
    ['p8e-secret', 'unexpected string'],
  ])('without a code becomes ERR_UNEXPECTED, and its message stays out: %s', (thrown, message) => {
    expect(asRotatorError(thrown)).toMatchObject({
      code: 'ERR_UNEXPECTED',
      message,
      cause: thrown,
    });
  });
});
