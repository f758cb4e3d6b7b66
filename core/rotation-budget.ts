import { decide, isSettled } from './decision.ts';
import type { EpochSeconds } from './instant.ts';
import { addRequest, type SpentBudget, spentBudget } from './mint-budget.ts';
import type { Observation } from './observation.ts';

/**
 * Why the rotation of a client secret may request no token now; undefined while it may.
 *
 * While the token itself needs one, the rotation leaves a request to that. Otherwise steps that fail
 * and are repeated would take each request as soon as the budget allows it, until the token expires. For
 * the same reason it takes none before it may ask all that a step has to ask.
 *
 * @param isTwice the step may have to ask twice
 */
export function spentForRotation(
  observation: Observation,
  isTwice = false,
): SpentBudget | undefined {
  const spent = spentBudget(observation);
  const needed = (isTwice ? 2 : 1) + (isSettled(reasonFor(observation)) ? 0 : 1);
  if (spent !== undefined || needed === 1) return spent;
  const { requested: requests, now } = observation;
  const nextAt = firstFor(needed, observation);
  return nextAt > now ? { requests, nextAt } : undefined;
}

/** When the budget allows so many requests at once. */
function firstFor(needed: number, observation: Observation): EpochSeconds {
  const { now: at } = observation;
  let { requested } = observation;
  for (let others = 1; others < needed; others += 1) {
    requested = addRequest(requested, at);
    const spent = spentBudget({ ...observation, requested });
    if (spent !== undefined) return firstFor(needed, { ...observation, now: spent.nextAt });
  }
  return at;
}

/** The reason to act, or not, if the budget were unused. */
function reasonFor(observation: Observation) {
  return decide({ ...observation, requested: [], issued: [] }).reason;
}
