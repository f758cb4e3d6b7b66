import { expect, it } from 'vitest';
import { Account } from '../../../emulators/account/account.ts';
import { secretsManagerEvent } from '../../../emulators/account/secrets-trail.ts';

it.each([
  [
    'CreateSecret',
    { tags: [{ Key: 'a', Value: 'b' }] },
    { name: 'token', tags: [{ key: 'a', value: 'b' }] },
  ],
  [
    'TagResource',
    { tags: [{ Key: 'a', Value: 'b' }] },
    { secretId: 'token', tags: [{ key: 'a', value: 'b' }] },
  ],
  ['UntagResource', { tagKeys: ['a'] }, { secretId: 'token', tagKeys: ['a'] }],
  ['PutSecretValue', {}, { secretId: 'token' }],
])(
  'the parameters of %s are recorded with their tags, in small letters',
  (action, tags, parameters) => {
    const account = new Account({ region: 'us-east-1', accountId: '111122223333' });
    const call = {
      action,
      accessKeyId: 'AKIA',
      at: 0,
      secretId: 'token',
      secretArn: undefined,
      error: undefined,
    };
    expect(secretsManagerEvent(account, { ...call, ...tags }).requestParameters).toEqual(
      parameters,
    );
  },
);
