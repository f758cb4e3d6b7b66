import { describe, expect, it } from 'vitest';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { digest } from '../support/builders.ts';

const tag = (name: string, value: string) => ({ [`ims-token-rotator:${name}`]: value });

describe('readSettings', () => {
  it.each([
    ['no settings', { unrelated: 'x' }, { paused: false }],
    ['a pause', tag('paused', 'true'), { paused: true }],
    ['a pause with an empty value', tag('paused', ''), { paused: true }],
    ['a pause that is switched off', tag('paused', 'false'), { paused: false }],
    ['a product', tag('product', 'firefly'), { paused: false, product: 'firefly' }],
    [
      'scopes',
      tag('scopes', ' openid  AdobeID '),
      { paused: false, scopes: ['openid', 'AdobeID'] },
    ],
    ['an empty list of scopes', tag('scopes', ' '), { paused: false }],
    ['a lead time', tag('renew-before', 'PT6H'), { paused: false, renewBefore: 21_600 }],
    ['an invalid lead time as none', tag('renew-before', '6 hours'), { paused: false }],
  ])('reads %s', (_, tags, settings) => {
    expect(readSettings(tags)).toEqual(settings);
  });
});

describe('the fingerprint', () => {
  it('changes with the client secret, its version and the settings, and with nothing else', () => {
    const of = (arn: string, version: string, tags = {}) => fingerprint(digest, arn, version, tags);
    const base = of('arn:a', 'v1');
    expect(base).toMatch(/^[0-9a-f]{8}$/);
    expect(of('arn:a', 'v1', { unrelated: 'x', ...tag('status', 'ok') })).toBe(base);
    const others = [
      of('arn:b', 'v1'),
      of('arn:a', 'v2'),
      of('arn:a', 'v1', tag('product', 'firefly')),
      of('arn:a', 'v1', tag('scopes', 'firefly')),
      of('arn:a', 'v1', tag('renew-before', 'PT6H')),
    ];
    expect(new Set([base, ...others]).size).toBe(6);
  });
});
