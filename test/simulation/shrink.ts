// In: a plan that ends in a violation. Out: one that is as small as can be, and still does.
import type { Plan } from './plan.ts';
import { start } from './plan.ts';
import { type Simulated, simulate } from './simulate.ts';

const day = 86_400;
/** Seconds after which the least that was found is good enough. */
const patience = 30;

/** Leaves out other credentials, storms and deeds, half of them at a time and then fewer. */
export async function shrink(failed: Simulated): Promise<Simulated> {
  let best = untilViolation(failed);
  const end = performance.now() + patience * 1_000;
  const attempt = async (plan: Plan): Promise<boolean> => {
    if (performance.now() > end) return false;
    const again = await simulate(plan);
    if (again.violation?.rule !== failed.violation?.rule) return false;
    best = untilViolation(again);
    return true;
  };
  await attempt(ofOneCredential(best));
  for (const part of ['storms', 'deeds'] as const) {
    let size = Math.ceil(best.plan[part].length / 2);
    for (let first = 0; size > 0 && performance.now() < end; ) {
      const all = best.plan[part];
      const left = [...all.slice(0, first), ...all.slice(first + size)];
      const isLess = left.length < all.length && (await attempt({ ...best.plan, [part]: left }));
      if (!isLess) first += size;
      if (first < best.plan[part].length) continue;
      first = 0;
      size = size === 1 ? 0 : Math.ceil(size / 2);
    }
  }
  return best;
}

/** Nothing after the violation matters. */
function untilViolation(result: Simulated): Simulated {
  const end = result.violation?.at ?? Number.POSITIVE_INFINITY;
  const { plan } = result;
  const days = Math.min(plan.settings.days, Math.ceil((end - start) / day));
  const before = ({ at }: { readonly at: number }): boolean => at <= end;
  const settings = { ...plan.settings, days };
  const [storms, deeds] = [plan.storms.filter(before), plan.deeds.filter(before)];
  return { ...result, plan: { ...plan, settings, storms, deeds } };
}

function ofOneCredential({ plan, violation }: Simulated): Plan {
  const name = violation?.credential;
  if (name === undefined) return plan;
  return {
    ...plan,
    credentials: plan.credentials.filter((each) => each.name === name),
    deeds: plan.deeds.filter(({ credential }) => credential === name),
  };
}
