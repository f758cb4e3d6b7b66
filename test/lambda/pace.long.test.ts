import { it } from 'vitest';
import { expectPace } from '../support/paced-fleet.ts';

it('5,000 credentials that are due together are renewed in one run, and keep the pace', {
  timeout: 600_000,
}, async () => {
  await expectPace(5_000, 40);
});
