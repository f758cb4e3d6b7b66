import { decide, isSettled } from './decision.ts';
import type { EpochSeconds } from './instant.ts';
import { addRequest, type SpentBudget, spentBudget } from './mint-budget.ts';
import type { Observation } from './observation.ts';

/**
 * Why the rotation of a client secret may request no token now; undefined while it may.
 *
 * While the token itself needs one, the rotation leaves a request to that. Otherwise steps that fail
 * and are repeated would take each request as soon as the budget allows it, until the token expires.
 */
export function spentForRotation(observation: Observation): SpentBudget | undefined {
  const spent = spentBudget(observation);
  if (spent !== undefined || isSettled(reasonFor(observation))) return spent;
  const { requested: requests, now } = observation;
  const nextAt = firstForTwo(observation);
  return nextAt > now ? { requests, nextAt } : undefined;
}

/** When the budget allows a request, and another one at once. */
function firstForTwo(observation: Observation): EpochSeconds {
  const { requested, now: at } = observation;
  const spent = spentBudget({ ...observation, requested: addRequest(requested, at) });
  return spent === undefined ? at : firstForTwo({ ...observation, now: spent.nextAt });
}

/** The reason to act, or not, if the budget were unused. */
function reasonFor(observation: Observation) {
  return decide({ ...observation, requested: [], issued: [] }).reason;
}
