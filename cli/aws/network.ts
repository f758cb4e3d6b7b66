import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { readProxy } from '../../core/proxy.ts';
import { agentThrough } from '../../lambda/adapters/tunnel-agent.ts';

// Seconds.
const connectTimeout = 5;
const requestTimeout = 20;

interface ClientOptions {
  /** Seconds. @default 20 */
  readonly requestTimeout?: number | undefined;
}

/**
 * The settings of every client of AWS: hard time-outs, and the environment's proxy. The services that
 * credentials come from get them explicitly: the SDK hands them on to STS, but not to IAM Identity
 * Center.
 */
export function clientConfig(options: ClientOptions = {}) {
  const credentials = defaultProvider({ clientConfig: { requestHandler: requestHandler() } });
  return { requestHandler: requestHandler(options), credentials };
}

function requestHandler({ requestTimeout: seconds = requestTimeout }: ClientOptions = {}) {
  return {
    connectionTimeout: connectTimeout * 1000,
    requestTimeout: seconds * 1000,
    throwOnRequestTimeout: true,
    ...agentThrough(readProxy(process.env), connectTimeout),
  };
}
