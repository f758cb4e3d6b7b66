import { describe, expect, it } from 'vitest';
import {
  defaultPrefix,
  isProduct,
  metricDimension,
  metricNamespace,
  metricUnits,
  productScopes,
  products,
  scopesTagProblem,
  secretName,
  tagKeys,
} from '../../core/contract.ts';

describe('the contract', () => {
  it('names the two secrets of a credential', () => {
    expect(defaultPrefix('prod')).toBe('ims-token-rotator/prod');
    expect(secretName('a/b', 'fusion', 'client')).toBe('a/b/fusion/client');
    expect(secretName('a/b', 'fusion', 'token')).toBe('a/b/fusion/token');
  });

  // Deployed stacks, users' own alarms and consumers' policies depend on these.
  it('keeps the tags and metrics that are published', () => {
    expect(Object.values(tagKeys)).toEqual([
      'ims-token-rotator:status',
      'ims-token-rotator:requested',
      'ims-token-rotator:rotation',
      'ims-token-rotator:paused',
      'ims-token-rotator:product',
      'ims-token-rotator:scopes',
      'ims-token-rotator:renew-before',
    ]);
    expect([metricNamespace, metricDimension]).toEqual(['ImsTokenRotator', 'rotator']);
    expect(metricUnits).toEqual({
      Ticks: 'Count',
      Managed: 'Count',
      Renewed: 'Count',
      Failing: 'Count',
      Paused: 'Count',
      MinLifeLeft: 'Percent',
      MinSecondsToExpiry: 'Seconds',
      MinPausedLifeLeft: 'Percent',
      ClientSecretRotationOverdue: 'Count',
      RenewalDuration: 'Milliseconds',
    });
  });

  it.each<[string, unknown, boolean]>([
    ['a product with documented scopes', 'workfront-fusion', true],
    ['a product of another name', 'photoshop-elements', false],
    ['a property of every object', 'constructor', false],
    ['a number', 5, false],
  ])('says whether %s is a product: %j → %s', (_, name, known) => {
    expect(isProduct(name)).toBe(known);
  });

  it('has at least one scope for each product', () => {
    for (const product of products) expect(productScopes[product].length).toBeGreaterThan(0);
  });

  const rule =
    'scopes are kept in a tag: letters, digits and ._:/- each, and at most 256 characters with the ' +
    'spaces between them; scopes that do not fit belong in the client secret’s value, as "scopes"';

  it.each<[string, readonly string[], string | undefined]>([
    ['fit in a tag', ['openid', 'additional_info.roles'], undefined],
    ['are not given', [], `is empty; ${rule}`],
    ['hold a character that a tag cannot', ['openid', 'a,b'], `holds "a,b"; ${rule}`],
    [
      'manage client secrets',
      ['openid', 'manage_client_secrets'],
      'holds "manage_client_secrets", which no stored token may have',
    ],
    [
      'read client secrets',
      ['read_client_secret'],
      'holds "read_client_secret", which no stored token may have',
    ],
    [
      'hold a client secret',
      ['openid', 'p8e-AbCdEf+123'],
      'holds a client secret, which no tag may have',
    ],
    ['are 256 characters together', ['a'.repeat(100), 'b'.repeat(155)], undefined],
    ['are longer than a tag', ['a'.repeat(100), 'b'.repeat(156)], `has 257 characters; ${rule}`],
  ])('finds the problem of scopes that %s', (_, scopes, problem) => {
    expect(scopesTagProblem(scopes)).toBe(problem);
  });
});
