import { decide, isSettled } from './decision.ts';
import { addRequest, type SpentBudget, spentBudget } from './mint-budget.ts';
import type { Observation } from './observation.ts';

/**
 * Why the rotation of a client secret may request no token now; undefined while it may.
 *
 * While the token itself needs one, the rotation leaves a request to that. Otherwise steps that fail
 * and are repeated would take each request as soon as the budget allows it, until the token expires.
 */
export function spentForRotation(observation: Observation): SpentBudget | undefined {
  const { requested, now } = observation;
  const spent = spentBudget(observation);
  if (spent !== undefined || isSettled(reasonFor(observation))) return spent;
  return spentBudget({ ...observation, requested: addRequest(requested, now) });
}

/** What would be decided if the budget were unused. */
function reasonFor(observation: Observation) {
  return decide({ ...observation, requested: [], issued: [] }).reason;
}
