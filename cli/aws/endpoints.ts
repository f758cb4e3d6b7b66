import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isAwsEndpoint, isLoopback } from '../../core/config.ts';
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
 * The origins off this machine that replace AWS's endpoints. The SDK itself resolves them: it takes
 * them from the environment, or from `endpoint_url` of the profile and of its `services` section.
 *
 * @throws CliError ERR_CONFIG_INVALID for one that is neither encrypted nor on this machine
 */
export async function endpointOverrides(): Promise<readonly string[]> {
  const origins = new Set<string>();
  for (const service of services) {
    const url = await configuredEndpoint(service);
    if (url === undefined || isLoopback(url)) continue;
    const origin = URL.parse(url)?.origin;
    if (!isAwsEndpoint(url)) {
      const text = `the endpoint of ${service}, ${origin ?? 'not a URL'}, must be an https URL, or one on loopback`;
      throw invalid(text);
    }
    origins.add(origin ?? url);
  }
  return [...origins];
}

async function configuredEndpoint(serviceId: string): Promise<string | undefined> {
  const { config } = new SecretsManagerClient({ serviceId });
  try {
    return await config.serviceConfiguredEndpoint?.();
  } catch (error) {
    // The profile names a services section that the file lacks.
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
}

function invalid(text: string, cause?: unknown): CliError {
  const fix =
    'correct endpoint_url in the AWS profile or its services section, or choose another profile';
  return new CliError('ERR_CONFIG_INVALID', text, fix, { cause });
}
