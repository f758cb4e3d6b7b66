import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { checksOf, secretOf, startHealthy, tagToken } from './patient.ts';

describe('the settings of a credential, in doctor,', () => {
  it.each([
    [tagKeys.renewBefore, '8h', 'is "8h", and not an ISO 8601 duration'],
    [tagKeys.product, 'fusion', 'is "fusion", and not one of workfront-fusion, '],
    [
      tagKeys.scopes,
      'openid manage_client_secrets',
      'holds "manage_client_secrets", which no stored token may have',
    ],
  ])('fail for the tag %s with %s', async (key, value, problem) => {
    const operator = await startHealthy();
    await tagToken(operator, key, value);
    const { verdict, detail } = (await checksOf(operator, 'fusion')).find('settings');
    expect(verdict).toBe('failed');
    expect(detail).toContain(`the tag ${key} ${problem}`);
  });

  it('are shown, with how to correct those without effect, and which tags are not known', async () => {
    const operator = await startHealthy();
    const settings = async () => (await checksOf(operator, 'fusion')).find('settings');
    expect(await settings()).toMatchObject({ detail: 'the defaults' });
    await tagToken(operator, tagKeys.scopes, ' ');
    await tagToken(operator, tagKeys.renewBefore, 'PT8H');
    expect(await settings()).toMatchObject({
      verdict: 'ok',
      detail: `${tagKeys.scopes}= , ${tagKeys.renewBefore}=PT8H`,
    });
    await tagToken(operator, 'ims-token-rotator:pause', 'true');
    expect(await settings()).toMatchObject({
      verdict: 'unknown',
      detail: 'ims-token-rotator:pause: this release knows no such tag',
    });
    await tagToken(operator, tagKeys.renewBefore, '8h');
    await tagToken(operator, tagKeys.product, 'fusion');
    const secretId = secretOf(operator, 'token');
    expect((await settings()).fix).toBe(
      `correct it where it comes from; for the default: aws secretsmanager untag-resource --secret-id ${secretId} --tag-keys ${tagKeys.product} ${tagKeys.renewBefore}`,
    );
  });
});
