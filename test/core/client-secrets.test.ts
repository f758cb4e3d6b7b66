import { describe, expect, it } from 'vitest';
import { tryClientSecrets } from '../../core/client-secrets.ts';
import { TokenRequestError } from '../../core/errors.ts';
import { Sensitive } from '../../core/sensitive.ts';

const secrets = ['first', 'second', 'third'].map((value) => new Sensitive(value));

const details = { clientId: 'client' };
const invalidClient = new TokenRequestError('ERR_TOKEN_REJECTED', 'rejected', {
  ...details,
  imsError: 'invalid_client',
});

/** A request that fails with one error for each client secret, and then succeeds. */
function requestFailing(...errors: readonly Error[]) {
  const tried: string[] = [];
  const request = (secret: Sensitive): Promise<string> => {
    tried.push(secret.reveal());
    const error = errors[tried.length - 1];
    return error === undefined ? Promise.resolve('token') : Promise.reject(error);
  };
  return { tried, request };
}

describe('tryClientSecrets', () => {
  it('returns the result of the first accepted client secret and its position', async () => {
    const { tried, request } = requestFailing(invalidClient);
    expect(await tryClientSecrets(secrets, request)).toEqual({ result: 'token', position: 2 });
    expect(tried).toEqual(['first', 'second']);
  });

  it('fails with the last error when IMS rejects every client secret', async () => {
    const last = new TokenRequestError('ERR_TOKEN_REJECTED', 'last', invalidClient.details);
    const { tried, request } = requestFailing(invalidClient, invalidClient, last);
    await expect(tryClientSecrets(secrets, request)).rejects.toBe(last);
    expect(tried).toHaveLength(3);
  });

  it.each([
    [
      'another rejection',
      new TokenRequestError('ERR_TOKEN_REJECTED', 'no', { ...details, imsError: 'invalid_scope' }),
    ],
    [
      'a transient failure',
      new TokenRequestError('ERR_TOKEN_UNAVAILABLE', 'busy', invalidClient.details),
    ],
    ['any other error', new RangeError('bug')],
  ])('stops at %s', async (_, error) => {
    const { tried, request } = requestFailing(error);
    await expect(tryClientSecrets(secrets, request)).rejects.toBe(error);
    expect(tried).toEqual(['first']);
  });

  it('throws a TypeError when there is no client secret', async () => {
    await expect(tryClientSecrets([], requestFailing().request)).rejects.toThrow(TypeError);
  });
});
