import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';

/**
 * Everything that the AWS SDK would otherwise look for, also in files of a home directory that Lambda
 * does not have. A sandbox's credentials never change.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
export function sdkSettings(
  environment: Readonly<Record<string, string | undefined>>,
): SecretsManagerClientConfig {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  const endpoint =
    environment['AWS_ENDPOINT_URL_SECRETS_MANAGER'] || environment['AWS_ENDPOINT_URL'];
  return {
    credentials: () =>
      accessKeyId === undefined || secretAccessKey === undefined
        ? Promise.reject(new NoCredentials())
        : Promise.resolve({
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          }),
    ...(endpoint ? { endpoint } : {}),
    ignoreConfiguredEndpointUrls: true,
    useFipsEndpoint: environment['AWS_USE_FIPS_ENDPOINT'] === 'true',
    useDualstackEndpoint: environment['AWS_USE_DUALSTACK_ENDPOINT'] === 'true',
    authSchemePreference: [],
    disableClockSkewCorrection: false,
    defaultsMode: 'standard',
    retryMode: 'standard',
    userAgentAppId: environment['AWS_SDK_UA_APP_ID'],
  };
}

/** Named as by the SDK. */
class NoCredentials extends Error {
  override readonly name = 'CredentialsProviderError';
}
