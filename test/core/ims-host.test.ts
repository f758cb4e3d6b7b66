import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { hostOf } from '../../core/credential-values.ts';
import { defaultImsHost, imsHostSchema } from '../../core/ims-host.ts';

// What receives client secrets, as a credential may name it.
const isAsked = (named: string): boolean => v.is(imsHostSchema, hostOf(named));

describe('the hosts that receive client secrets', () => {
  it.each([
    defaultImsHost,
    'ims-na1-stg1.adobelogin.com',
    'a.b.adobelogin.com',
    'https://ims-na1.adobelogin.com/ims/token/v3',
    'IMS-NA1.adobelogin.com',
    'prod',
  ])('include %s', (named) => {
    expect(isAsked(named)).toBe(true);
  });

  it.each([
    'adobelogin.com',
    '.adobelogin.com',
    'ims..adobelogin.com',
    'evil-adobelogin.com',
    'evil.example-adobelogin.com',
    'ims.adobeloginXcom',
    'ims.adobelogin-com',
    'adobelogin.com.evil.example',
    'ims.adobelogin.com.evil.example',
    'ims.adobelogin.com.',
    'ims.adobelogin.com:8443',
    'ims.adobelogin.com/path',
    'ims.adobelogin.com\nevil.example',
    'evil.example\nims.adobelogin.com',
    'evil.example/.adobelogin.com',
    'evil.example/ims.adobelogin.com',
    'evil.example?.adobelogin.com',
    'evil.example#.adobelogin.com',
    String.raw`evil.example\.adobelogin.com`,
    String.raw`evil.example\ims.adobelogin.com`,
    'evil.example:443.adobelogin.com',
    'evil.example%2f.adobelogin.com',
    'evil.example%00.adobelogin.com',
    'evil.example ims.adobelogin.com',
    'user@ims.adobelogin.com',
    'evil.example@.adobelogin.com',
    'http://ims.adobelogin.com',
    'https://user@ims.adobelogin.com',
    'https://ims.adobelogin.com@evil.example',
    'https://ims.adobelogin.com:443@evil.example',
    'https://ims.adobelogin.com:8443',
    String.raw`https://evil.example\@ims.adobelogin.com`,
    String.raw`https://evil.example\.adobelogin.com`,
    '//ims.adobelogin.com',
    // Cyrillic, full-width, an ideographic full stop, a soft hyphen, and the Kelvin sign.
    'ims.аdobelogin.com',
    'ims.ａdobelogin.com',
    'ims。adobelogin.com',
    'ims.adobe\u00adlogin.com',
    'ims.adobelogin。com',
    '127.0.0.1',
    '[::1]',
    '',
  ])('do not include %j', (named) => {
    expect(isAsked(named)).toBe(false);
    expect(v.is(imsHostSchema, named)).toBe(false);
  });

  it('are named in lower case, and with nothing around them', () => {
    expect(v.is(imsHostSchema, 'ims-na1.adobelogin.com\n')).toBe(false);
    expect(v.is(imsHostSchema, 'IMS-NA1.adobelogin.com')).toBe(false);
    expect(v.is(imsHostSchema, 'ims-na1.adobelogin.COM')).toBe(false);
  });

  it('never are an address that a URL reads otherwise', () => {
    const characters = [...'a.-:/?#@\\%[]\t\n ', '\u00ad', '。', 'ａ', 'K'];
    for (const one of characters) {
      for (const other of characters) {
        for (const named of [
          `${one}${other}.adobelogin.com`,
          `evil.example${one}${other}.adobelogin.com`,
          `ims${one}adobelogin${other}com`,
          `ims.adobelogin.com${one}${other}`,
        ]) {
          const host = hostOf(named);
          if (!v.is(imsHostSchema, host)) continue;
          expect(new URL(`https://${host}`).host).toBe(host);
          expect(host).toMatch(/\.adobelogin\.com$/);
        }
      }
    }
  });
});
