import { expect } from 'vitest';
import type { EchoPlace } from '../../emulators/ims/fault.ts';
import { startOperator } from './operator.ts';

/** Has IMS repeat the client secret. The operator fails the test if any output holds it. */
export async function expectNoEcho(place: EchoPlace): Promise<void> {
  const operator = await startOperator();
  const { clientSecrets } = await operator.onboard('fusion');
  expect(clientSecrets).toHaveLength(1);
  operator.world.ims.faults.inject({ kind: 'echo', place, as: String });
  const renewed = await operator.cli('renew', 'fusion', '--force');
  const examined = await operator.cli('doctor', 'fusion', '--mint');
  expect(renewed.stdout).toContain('fusion');
  expect(examined.stdout).toContain('mint');
  await operator.cli('status', '--json');
}
