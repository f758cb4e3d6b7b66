import { expect, it } from 'vitest';
import { startOperator } from './operator.ts';

it.each([
  ['pause', 'fusion'],
  ['resume', 'fusion'],
  ['offboard', 'fusion', '--yes'],
  ['rotate-client-secret', 'fusion'],
])('%s says that a mistyped rotator is not there', async (...args) => {
  const operator = await startOperator();
  await operator.onboard('fusion');
  const { code, stderr } = await operator.cli(...args, '--rotator', 'prodd');
  expect(code).toBe(1);
  const text = stderr.replaceAll(/\s+/g, ' ');
  expect(text).toContain('ERR_CREDENTIAL_NOT_FOUND');
  expect(text).toContain('no function of the rotator prodd is deployed in this account and Region');
  expect(text).toContain('correct --rotator or --prefix');
});
