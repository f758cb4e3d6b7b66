import { onTestFinished } from 'vitest';
import { World } from '../../local/world.ts';
import { clientsFor } from '../support/aws-clients.ts';

/** An embedded world without the event rule for one test, and a real SDK client for each service. */
export async function startWorld(...[options, lambda]: ConstructorParameters<typeof World>) {
  const world = new World({ eventRule: false, ...options }, lambda);
  await world.start();
  onTestFinished(() => world.stop());
  return { world, account: world.aws.account, ...clientsFor(world.aws) };
}
