import { nextTime, rateMs } from '../wire/schedule-expression.ts';
import { invalidParameter } from './errors.ts';
import type { RotationRules } from './secret.ts';

const hourMs = 3_600_000;
const minRateMs = 4 * hourMs;

/** @throws AwsError if the rules contradict each other or rotate too often */
export function checkRules(rules: RotationRules | undefined): void {
  if (rules?.AutomaticallyAfterDays !== undefined && rules.ScheduleExpression !== undefined) {
    throw invalidParameter(
      "You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules.",
    );
  }
  const expression = rules?.ScheduleExpression;
  if (expression === undefined || expression.startsWith('cron(')) return;
  if (expression.includes('minute') || (rateMs(expression) ?? 0) < minRateMs) {
    throw invalidParameter(
      'ScheduleExpression must be cron() or a rate() of 4 hours or more, in hours or days.',
    );
  }
}

/** The time of the next rotation; undefined without rules. The window that follows is left out. */
export function nextRotationAt(rules: RotationRules | undefined, now: number): number | undefined {
  const { AutomaticallyAfterDays: days, ScheduleExpression = '' } = rules ?? {};
  return nextTime(days === undefined ? ScheduleExpression : `rate(${days} days)`, now, now);
}
