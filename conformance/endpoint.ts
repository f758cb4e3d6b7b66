import {
  ListSecretsCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';

interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

/**
 * Where the SDK would send requests: the configuration, a variable, a profile or the Region decides.
 * Nothing is sent.
 *
 * @throws TypeError without a Region, or for an endpoint that is none
 */
export async function endpointOf(config: SecretsManagerClientConfig): Promise<URL> {
  let address: Address | undefined;
  const list = new ListSecretsCommand({});
  list.middlewareStack.add(
    () =>
      ({ request }) => {
        address = request as Address;
        return Promise.resolve({ response: {}, output: { $metadata: {} } });
      },
    { step: 'build', name: 'sendNothing' },
  );
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  try {
    const client = new SecretsManagerClient({ ...config, credentials });
    await client.send(list);
    client.destroy();
  } catch (error) {
    const { message } = error as Error;
    const isMissing = message === 'Region is missing';
    throw new TypeError(
      isMissing ? 'Give --region, or set AWS_REGION.' : `No endpoint: ${message}`,
    );
  }
  const { protocol = '', hostname, port, path } = address ?? {};
  if (!/^https?:$/.test(protocol)) {
    throw new TypeError('AWS_ENDPOINT_URL must begin with http:// or https://, and have a host.');
  }
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
}

/** Only what is on this machine surely costs nothing. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
