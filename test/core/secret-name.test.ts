import { describe, expect, it } from 'vitest';
import { isCredentialName, parseSecretName, secretNames } from '../../core/secret-name.ts';

const prefix = 'ims-token-rotator/prod';
const naming = { prefix, clientSecrets: new Map<string, string>() };

describe('secret names', () => {
  it('consist of the prefix, the credential and the kind', () => {
    const names = secretNames(naming, 'fusion');
    expect(names).toEqual({
      client: 'ims-token-rotator/prod/fusion/client',
      token: 'ims-token-rotator/prod/fusion/token',
    });
    expect(parseSecretName(prefix, names.client)).toEqual({ credential: 'fusion', kind: 'client' });
    expect(parseSecretName(prefix, names.token)).toEqual({ credential: 'fusion', kind: 'token' });
  });

  it.each([
    'ims-token-rotator/prod',
    'ims-token-rotator/prod/',
    'ims-token-rotator/prod/fusion',
    'ims-token-rotator/prod/fusion/other',
    'ims-token-rotator/prod/fusion/client/more',
    'ims-token-rotator/prod/Fusion/client',
    'ims-token-rotator/prod2/fusion/client',
    'other/ims-token-rotator/prod/fusion/client',
  ])('do not include %s', (name) => {
    expect(parseSecretName(prefix, name)).toBeUndefined();
  });

  it.each([
    ['a', true],
    ['workfront-fusion', true],
    ['0', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['-a', false],
    ['A', false],
    ['a_b', false],
    ['', false],
  ])('allow %j as a credential: %s', (name, allowed) => {
    expect(isCredentialName(name)).toBe(allowed);
  });
});
