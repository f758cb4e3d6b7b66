import { describe, expect, it } from 'vitest';
import { readProductApi } from '../../cli/doctor/product-check.ts';

describe('the URL that doctor --api sends the token to', () => {
  it.each([
    'https://fusion.adobe.io/api/v3/scenarios',
    'https://adobe.io',
    'https://image.adobe.com:8443/x',
    'https://Example.my.WORKFRONT.com/attask/api',
    'http://127.0.0.1:8080/x',
    'http://localhost',
    'http://[::1]:8080',
  ])('may be %s', (url) => {
    expect(readProductApi(url, [])).toEqual({ url, headers: {} });
  });

  it.each([
    'https://evil-adobe.com',
    'https://eviladobe.io/x',
    'https://adobe.io.evil.example',
    'https://evil.example/adobe.io',
    'https://evil.example?.adobe.io',
    'https://evil.example#.workfront.com',
    'https://workfront.com@evil.example',
    'https://adobeXio',
    'https://127.0.0.1.evil.example',
    'http://fusion.adobe.io',
    'ftp://fusion.adobe.io',
    'fusion.adobe.io',
  ])('must not be %s', (url) => {
    expect(() => readProductApi(url, [])).toThrow(
      '--api must be an https URL under adobe.io, adobe.com or workfront.com: it gets the token',
    );
  });
});
