import { describe, expect, it } from 'vitest';
import { asRenewalError, RenewalError } from '../../core/errors.ts';

describe('an error', () => {
  it('says who has to act, and whether it may pass', () => {
    expect(new RenewalError('ERR_SECRET_UNAVAILABLE', 'x')).toMatchObject({
      name: 'ERR_SECRET_UNAVAILABLE',
      actor: 'nobody',
      transient: true,
    });
    expect(new RenewalError('ERR_CREDENTIAL_INVALID', 'x')).toMatchObject({
      actor: 'credential owner',
      transient: false,
    });
  });

  it('that has a code stays what it is', () => {
    const error = new RenewalError('ERR_PAUSED', 'x');
    expect(asRenewalError(error)).toBe(error);
  });

  it.each([
    [new SyntaxError('Unexpected token in "p8e-secret"'), 'unexpected SyntaxError'],
    ['p8e-secret', 'unexpected string'],
  ])('that nobody expected gets one, and tells nothing of its message', (thrown, message) => {
    expect(asRenewalError(thrown)).toMatchObject({
      code: 'ERR_UNEXPECTED',
      message,
      cause: thrown,
    });
  });
});
