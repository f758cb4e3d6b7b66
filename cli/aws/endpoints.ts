import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isAwsEndpoint } from '../../core/config.ts';
import { CliError } from '../errors.ts';

/** Every service that a command calls, and those that the SDK asks for credentials. */
const services = [
  'Secrets Manager',
  'Lambda',
  'CloudWatch',
  'CloudTrail',
  'Scheduler',
  'SNS',
  'KMS',
  'STS',
  'SSO',
  'SSO OIDC',
  'Signin',
];

/**
 * The origins that replace AWS's endpoints. The SDK itself resolves them: it takes
 * them from the environment, or from `endpoint_url` of the profile and of its `services` section.
 *
 * @throws CliError ERR_CONFIG_INVALID for one that is neither encrypted nor on this machine
 */
export async function endpointOverrides(): Promise<readonly string[]> {
  const origins = new Set<string>();
  for (const service of services) {
    const { config } = new SecretsManagerClient({ serviceId: service });
    const url = await config.serviceConfiguredEndpoint?.();
    if (url === undefined) continue;
    const origin = URL.parse(url)?.origin;
    if (!isAwsEndpoint(url)) {
      const text = `the endpoint of ${service}, ${origin ?? 'not a URL'}, must be an https URL, or one on loopback`;
      const fix =
        'correct endpoint_url in the AWS profile or its services section, or choose another profile';
      throw new CliError('ERR_CONFIG_INVALID', text, fix);
    }
    origins.add(origin ?? url);
  }
  return [...origins];
}
