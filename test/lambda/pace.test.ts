import { it } from 'vitest';
import { expectPace } from '../support/paced-fleet.ts';

it.each([
  [200, 40],
  [50, 1],
])('%i credentials that are due together ask IMS at most %i times in a second', expectPace);
