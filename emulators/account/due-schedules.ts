import { nextTime } from '../wire/schedule-expression.ts';
import type { Schedule } from './account.ts';

/** The names of the schedules that are due at one instant. */
export interface DueSchedules {
  readonly at: number;
  readonly names: readonly string[];
}

/**
 * Which of the schedules are due first after an instant; undefined if none ever is.
 *
 * @param since when they were created, from which a rate counts
 */
export function nextSchedules(
  schedules: Iterable<Schedule>,
  after: number,
  since: number,
): DueSchedules | undefined {
  const due = [...schedules].flatMap(({ name, state, scheduleExpression }) => {
    const at = state === 'ENABLED' ? nextTime(scheduleExpression, after, since) : undefined;
    return at === undefined ? [] : [{ name, at }];
  });
  if (due.length === 0) return undefined;
  const at = Math.min(...due.map((one) => one.at));
  return { at, names: due.filter((one) => one.at === at).map(({ name }) => name) };
}
