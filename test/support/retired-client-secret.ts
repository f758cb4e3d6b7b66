import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { epochSeconds } from '../../core/instant.ts';
import type { Deps } from '../../core/ports.ts';
import { hour } from './builders.ts';
import { replacing } from './credential.ts';
import {
  ClientSecretId,
  type RotatingClient,
  renewAfter,
  startRotated,
  startRotatingClient,
} from './start-rotating-client.ts';

const half = 12 * hour;

/** With a rotation that took two days, during which renewals used the old client secret. */
export async function startSlow(): Promise<RotatingClient> {
  const rotating = await startRotatingClient();
  await rotating.beginRotation();
  await rotating.step('createSecret');
  for (let halves = 0; halves < 4; halves += 1) await renewAfter(rotating, half);
  for (const step of ['testSecret', 'finishSecret'] as const) await rotating.step(step);
  return rotating;
}

/** Secrets Manager, which tells that it has rotated each secret just now, or has rotated none. */
export function tellingIf(tells: boolean, { parts }: RotatingClient): Pick<Deps, 'secrets'> {
  const { secrets } = parts.run();
  const rotatedAt = epochSeconds(parts.clock.seconds);
  const describeSecret: typeof secrets.describe = async (...args) => {
    const described = await secrets.describe(...args);
    return described && { ...described, rotatedAt: tells ? rotatedAt : undefined };
  };
  return { secrets: replacing(secrets, { describe: describeSecret }) };
}

/** After a rotation, somebody swaps the values of the two client secrets, and nothing else. */
export async function startSwapped(): Promise<RotatingClient> {
  const rotating = await startRotated();
  const { parts, client } = rotating;
  await renewAfter(rotating, half);
  const [fresh, retired] = await rotating.entries();
  const client_secrets = [
    { ...fresh, client_secret: retired?.client_secret },
    { ...retired, client_secret: fresh?.client_secret },
  ];
  const SecretString = JSON.stringify({ ...(await rotating.document()), client_secrets });
  parts.clock.advance(half);
  await client.send(new PutSecretValueCommand({ SecretId: ClientSecretId, SecretString }));
  // Adobe tells late.
  parts.consoleApi.faults.inject({ kind: 'late-usages', seconds: hour });
  return rotating;
}
