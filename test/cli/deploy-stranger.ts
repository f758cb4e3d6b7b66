import { environmentVariables } from '../../core/contract.ts';
import type { Operator } from './operator.ts';

/** Deploys a rotator of another app in the same account and Region. */
export function deployStranger({ world }: Operator, rotator: string, prefix: string): void {
  const { lambda, secretsManager, ims } = world;
  const own = world.functionDefinition({ secretsManager: secretsManager.url, ims: ims.url });
  lambda.createFunction({
    ...own,
    functionName: `stranger-${rotator}`,
    environment: {
      ...own.environment,
      [environmentVariables.name]: rotator,
      [environmentVariables.prefix]: prefix,
    },
  });
}
