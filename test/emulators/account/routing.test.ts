import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { startAws } from './start-aws.ts';

/** The header of a request that an SDK has signed for a service, with a dummy signature. */
function signedFor(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261125/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
}

describe('the one endpoint', () => {
  it.each([
    ['application/x-amz-json-1.0', /"__type":"UnknownServiceException".*signed for as sqs/],
    ['application/x-www-form-urlencoded', /<Code>UnknownServiceException<\/Code>.*as sqs/],
  ])('rejects a service that is not emulated, in a form for %s', async (contentType, body) => {
    const { aws } = await startAws();
    const headers = { authorization: signedFor('sqs'), 'content-type': contentType };
    const response = await fetch(aws.url, { method: 'POST', headers, body: '' });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(body);
  });

  it('rejects a forwarded service without a handler', async () => {
    const { secretsManager } = await startAws();
    await expect(
      secretsManager.send(new GetSecretValueCommand({ SecretId: 'a' })),
    ).rejects.toMatchObject({ name: 'UnknownServiceException' });
  });

  it('rejects a request that is not signed', async () => {
    const { aws } = await startAws();
    const response = await fetch(aws.url, { method: 'POST' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});
