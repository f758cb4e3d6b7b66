// In: a plan that ends in a violation. Out: a smaller one that still does.
import { kindOf } from './history.ts';
import type { Plan } from './plan.ts';
import { start } from './plan.ts';
import { type Simulated, simulate } from './simulate.ts';
import type { Violation } from './world.ts';

const day = 86_400;
/** Seconds after which the least that was found is good enough. */
const patience = 60;

const parts = ['credentials', 'storms', 'deeds'] as const;

type Part = (typeof parts)[number];
type Attempt = (plan: Plan) => Promise<boolean>;

/** Leaves out what does not matter, and makes everything quiet that can be, until nothing more goes. */
export async function shrink(failed: Simulated): Promise<Simulated> {
  let best = untilViolation(failed);
  const end = performance.now() + patience * 1_000;
  const attempt: Attempt = async (plan) => {
    if (performance.now() > end || sizeOf(plan) >= sizeOf(best.plan)) return false;
    const again = await simulate(plan);
    if (!isSame(again.violation, failed.violation)) return false;
    best = untilViolation(again);
    return true;
  };
  await attempt(ofOneCredential(best));
  for (let size = Number.POSITIVE_INFINITY; sizeOf(best.plan) < size; ) {
    size = sizeOf(best.plan);
    for (const part of parts) await reduce(part, () => best.plan, attempt);
    for (const quieter of quieterOnes) {
      const { settings } = best.plan;
      await attempt({ ...best.plan, settings: { ...settings, ...quieter(settings) } });
    }
  }
  return best;
}

/** Leaves out half of one part at a time, and then fewer. */
async function reduce(part: Part, plan: () => Plan, attempt: Attempt): Promise<void> {
  let size = Math.ceil(plan()[part].length / 2);
  for (let first = 0; size > 0; ) {
    const all = plan()[part];
    const left = [...all.slice(0, first), ...all.slice(first + size)];
    const isLess = left.length < all.length && (await attempt(withPart(plan(), { [part]: left })));
    if (!isLess) first += size;
    if (first < plan()[part].length) continue;
    first = 0;
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
}

/** Without the deeds done to credentials that are left out. */
function withPart(plan: Plan, part: Partial<Plan>): Plan {
  const changed = { ...plan, ...part };
  const names = new Set(changed.credentials.map(({ name }) => name));
  if (names.size === 0) return plan;
  return { ...changed, deeds: changed.deeds.filter(({ credential }) => names.has(credential)) };
}

type Settings = Plan['settings'];

/** Whatever a seed draws that disturbs, at rest. */
const quieterOnes: readonly ((settings: Settings) => Partial<Settings>)[] = [
  ({ rates }) => ({ rates: { ...rates, lag: 0 } }),
  ({ rates }) => ({ rates: { ...rates, oddPage: 0 } }),
  ({ rates }) => ({ rates: { ...rates, cold: 0 } }),
  () => ({ imsSkew: 0 }),
  () => ({ shards: 1 }),
  () => ({ concurrency: 1 }),
  () => ({ validate: false }),
];

/** How much happens in a plan. */
function sizeOf({ settings, ...lists }: Plan): number {
  const { rates, imsSkew, shards, concurrency, validate } = settings;
  const unrest = [rates.lag, rates.oddPage, rates.cold, imsSkew, validate].filter(Boolean).length;
  const listed = parts.reduce((sum, part) => sum + lists[part].length, 0);
  return listed + unrest + shards + concurrency;
}

/** The same rule, broken in the same way. */
function isSame(one: Violation | undefined, other: Violation | undefined): boolean {
  return one?.rule === other?.rule && kindOf(one?.text ?? '') === kindOf(other?.text ?? '');
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
  const own = plan.credentials.filter((each) => each.name === name);
  return withPart(plan, { credentials: own });
}
