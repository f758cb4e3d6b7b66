import { expect, it } from 'vitest';
import { startRotator } from '../support/start-rotator.ts';

interface Server {
  readonly url: string;
  start(port: number): Promise<void>;
  stop(): Promise<void>;
}

/** Closes the connections of a server while the function, which is frozen, cannot notice. */
async function closeConnections(server: Server): Promise<void> {
  const { port } = new URL(server.url);
  await server.stop();
  await server.start(Number(port));
}

it('renews although all connections were closed while the function was frozen', async () => {
  const { world, onboard, invoke, read } = await startRotator();
  await onboard('fusion');
  await invoke({ action: 'tick' });
  const replaces = (await read('fusion'))?.versionId;
  const [pid] = world.lambda.processIds(world.functionName);
  await closeConnections(world.secretsManager);
  await closeConnections(world.ims);
  const event = { action: 'renew', credential: 'fusion', force: true, replaces };
  const { result, error } = await invoke(event);
  expect(error).toBeUndefined();
  expect(result.outcomes).toEqual({ renewed: 1 });
  expect(world.lambda.processIds(world.functionName)).toEqual([pid]);
});
