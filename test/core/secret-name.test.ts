import { describe, expect, it } from 'vitest';
import { isArnOf, isCredentialName, parseSecretName, secretNames } from '../../core/secret-name.ts';

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
    'ims-token-rotator/prod-fusion/client',
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

describe('the ARN of a secret', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/adobe-AbCdEf';

  it.each([
    ['complete', arn, true],
    ['without its last six characters', arn.slice(0, -7), true],
    ['of another creation under the same name', arn.replace('AbCdEf', 'GhIjKl'), false],
    ['of a name that begins alike', arn.slice(0, -13), false],
    ['empty', '', false],
  ])('is matched by one that is %s: %s → %s', (_, used, expected) => {
    expect(isArnOf(used, arn)).toBe(expected);
  });

  it('is matched by no other ARN when it is itself of a secret without the characters', () => {
    expect(isArnOf(arn, arn.slice(0, -7))).toBe(false);
  });
});
