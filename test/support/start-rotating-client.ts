import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import { consoleScopes } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import type { ImsClient } from '../../emulators/ims/client.ts';
import { secretId } from './credential.ts';
import { tick } from './outcomes.ts';
import { clientSecretOf, type Parts } from './start-parts.ts';
import { type Rotating, startRotating } from './start-rotating.ts';

export const ClientSecretId = secretId('fusion', 'client');
export const credentialId = '451234';
export const consoleOrgId = '23294';

/** An entry of `client_secrets` in a stored document. */
export interface StoredEntry {
  readonly client_secret: string;
  readonly uuid?: string;
  readonly created_at?: string;
  readonly retired_at?: string;
}

/** The credential `fusion`, whose client secret Secrets Manager rotates with the function's own code. */
export interface RotatingClient extends Rotating, ClientViews {}

/** The client `fusion` at IMS, and its stored secret. */
export interface ClientViews {
  readonly adobe: ImsClient;
  /** The values that IMS accepts, oldest first. */
  readonly live: () => readonly string[];
  /** The document that has a label. */
  readonly document: (label?: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly entries: (label?: string) => Promise<readonly StoredEntry[]>;
  /** The rotation tag. */
  readonly tag: () => Promise<string | undefined>;
}

export interface RotatingClientOptions {
  /** The value of the client secret. @default the documented form */
  readonly document?: ((client: ImsClient) => object) | undefined;
  readonly world?: Parameters<typeof startRotating>[1];
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** With a token that was stored an hour ago. */
export async function startRotatingClient({
  document = documentOf,
  world,
  tags,
}: RotatingClientOptions = {}): Promise<RotatingClient> {
  let adobe: ImsClient | undefined;
  const seed = (parts: Parts): void => {
    const clientSecret = clientSecretOf('fusion');
    adobe = parts.ims.registerClient({
      clientId: 'client-fusion',
      clientSecrets: [clientSecret],
      scopes: ['openid', ...consoleScopes],
      credentialId,
      consoleOrgId,
    });
    parts.secrets.add(clientSecret);
    parts.secretsManager.seed({ name: secretId('fusion', 'token'), ...(tags && { tags }) });
    const secretString = JSON.stringify(document(adobe));
    parts.secretsManager.seed({ name: ClientSecretId, secretString });
  };
  const parts = { rotating: new Set(['fusion']), ...world };
  const rotating = await startRotating(seed, parts, ClientSecretId);
  const client = adobe as ImsClient | undefined;
  if (client === undefined) throw new Error('no client was registered');
  await tick(rotating.parts.run());
  rotating.parts.clock.advance(3_600);
  return { ...rotating, ...clientViews(rotating.client, client, rotating.parts.secrets) };
}

/** With a client secret that was rotated, and a token that was minted with it. */
export async function startRotated(options?: RotatingClientOptions): Promise<RotatingClient> {
  const rotating = await startRotatingClient(options);
  await rotating.rotateSecret();
  rotating.parts.clock.advance(1_800);
  await tick(rotating.parts.run());
  rotating.parts.consoleApi.clearRequests();
  return rotating;
}

/** Has the next tick renew the token. */
export async function renewAfter({ parts }: RotatingClient, seconds: number): Promise<void> {
  parts.clock.advance(seconds);
  expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
}

/** @param secrets receives the values that IMS accepts */
export function clientViews(
  sdk: SecretsManagerClient,
  adobe: ImsClient,
  secrets: Set<string>,
): ClientViews {
  const document: ClientViews['document'] = async (VersionStage = 'AWSCURRENT') => {
    const value = await sdk.send(
      new GetSecretValueCommand({ SecretId: ClientSecretId, VersionStage }),
    );
    return JSON.parse(value.SecretString ?? '');
  };
  return {
    adobe,
    live: () => {
      const values = adobe.liveSecrets.map(({ value }) => value);
      for (const value of values) secrets.add(value);
      return values;
    },
    document,
    entries: async (label) => (await document(label))['client_secrets'] as readonly StoredEntry[],
    tag: async () => {
      const { Tags = [] } = await sdk.send(new DescribeSecretCommand({ SecretId: ClientSecretId }));
      return Tags.find(({ Key }) => Key === tagKeys.rotation)?.Value;
    },
  };
}

/** The documented form, with what Adobe tells of each secret. */
export function documentOf({ clientId, liveSecrets }: ImsClient): object {
  return {
    client_id: clientId,
    client_secrets: liveSecrets.map(({ value, uuid, createdAt }) => ({
      client_secret: value,
      uuid,
      created_at: new Date(createdAt).toISOString(),
    })),
    scopes: ['openid'],
    org_id: '7E7B5C8E5E4F0A2B0A495C8D@AdobeOrg',
    ims_host: 'ims-na1.adobelogin.com',
    credential_id: credentialId,
    console_org_id: consoleOrgId,
  };
}
