import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { sampleClient } from '../../local/sample-credential.ts';
import { content, encodings, filesOf } from '../support/credential-files.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { type Rotator, startRotator } from '../support/start-rotator.ts';

type Value = { readonly SecretString: string } | { readonly SecretBinary: Uint8Array };

/** A client of IMS, and a credential's two secrets with what `makeValue` makes of its files. */
async function store(
  { world, client }: Rotator,
  name: string,
  makeValue: (files: Readonly<Record<string, string>>) => Value,
) {
  const { clientSecrets, ...registration } = sampleClient();
  const [secret = ''] = clientSecrets;
  world.ims.registerClient({ ...registration, clientSecrets });
  const orgId = String(registration.orgId);
  const value = makeValue(filesOf({ ...registration, secret, orgId }));
  await client.send(new CreateSecretCommand({ Name: world.secretId(name, 'token') }));
  await client.send(new CreateSecretCommand({ Name: world.secretId(name, 'client'), ...value }));
  return { ...registration, secret };
}

const forms = Object.keys(filesOf({ clientId: '', secret: '', scopes: [], orgId: '' }));

describe('the bundle', () => {
  it('mints from a credential in every form', async () => {
    const rotator = await startRotator();
    const stored = [];
    for (const [index, form] of forms.entries()) {
      const name = `form-${index}`;
      const SecretString = (files: Readonly<Record<string, string>>) => ({
        SecretString: files[form] ?? '',
      });
      stored.push({ form, name, ...(await store(rotator, name, SecretString)) });
    }
    const { result, error } = await rotator.invoke({ action: 'tick' });
    expect(error).toBeUndefined();
    expect(result.outcomes).toEqual({ renewed: forms.length });
    for (const { form, name, clientId, orgId, scopes } of stored) {
      const { token } = (await rotator.read(name)) ?? {};
      expect(token, form).toMatchObject({
        client_id: clientId,
        org_id: orgId,
        scope: scopes.join(','),
        ims_host: 'ims-na1.adobelogin.com',
      });
    }
  });

  it('mints from a SecretBinary in every encoding', async () => {
    const rotator = await startRotator();
    const stored = [];
    for (const [index, [encoding, encode]] of Object.entries(encodings).entries()) {
      const name = `encoding-${index}`;
      const SecretBinary = (files: Readonly<Record<string, string>>) => ({
        SecretBinary: encode(files['the project file of the Console'] ?? ''),
      });
      stored.push({ encoding, name, ...(await store(rotator, name, SecretBinary)) });
    }
    const { result } = await rotator.invoke({ action: 'tick' });
    expect(result.outcomes).toEqual({ renewed: stored.length });
    for (const { encoding, name, clientId } of stored) {
      expect((await rotator.read(name))?.token, encoding).toMatchObject({ client_id: clientId });
    }
  });

  it('says what a value is that is no credential, and lists several by name', async () => {
    const rotator = await startRotator();
    const image = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d);
    await store(rotator, 'image', () => ({ SecretBinary: image }));
    const { secret } = await store(rotator, 'several', (files) => ({
      SecretString: `[${files['a context of the CLI']},${files['the configuration of the CLI']}]`,
    }));
    for (const [credential, message] of [
      ['image', 'the value is not text, but an image'],
      ['several', 'the value holds 2 credentials: "[0]", "fusion"; choose one with --credential'],
    ]) {
      const { error } = await rotator.invoke({ action: 'renew', credential });
      expect(error).toMatchObject({ errorType: 'ERR_CREDENTIAL_INVALID' });
      expect(error?.errorMessage).toContain(message);
      expectNoSecrets(JSON.stringify(error), [secret]);
    }
  });

  it.each([
    ['SecretString', 'token-fresh'],
    ['SecretBinary', 'token-malformed'],
  ])('takes a token only from a SecretString, which consumers read: %s', async (field, reason) => {
    const rotator = await startRotator();
    const { world, client } = rotator;
    const instant = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const token = { access_token: 'x', issued_at: instant(-1), expires_at: instant(23) };
    const text = JSON.stringify(token);
    const value = field === 'SecretString' ? text : Buffer.from(text);
    const Name = world.secretId('fusion', 'token');
    await client.send(new CreateSecretCommand({ Name, [field]: value }));
    const document = filesOf(content)['the documented form'] ?? '';
    const ClientName = world.secretId('fusion', 'client');
    await client.send(new CreateSecretCommand({ Name: ClientName, SecretString: document }));
    const { result } = await rotator.invoke({ action: 'status' });
    expect(result.reasons).toEqual({ [reason]: 1 });
  });
});
