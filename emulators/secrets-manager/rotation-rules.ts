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
  if ((rateMs(expression) ?? 0) < minRateMs) {
    throw invalidParameter(
      'ScheduleExpression must be cron() or a rate() of 4 hours or more, in hours or days.',
    );
  }
}

/** The time of the next rotation; undefined without rules, or for a cron() expression. */
export function nextRotationAt(rules: RotationRules | undefined, now: number): number | undefined {
  const days = rules?.AutomaticallyAfterDays;
  const interval =
    days === undefined ? rateMs(rules?.ScheduleExpression ?? '') : days * 24 * hourMs;
  return interval === undefined ? undefined : now + interval;
}

function rateMs(expression: string): number | undefined {
  const { amount, unit } =
    /^rate\((?<amount>\d+) (?<unit>hour|day)s?\)$/.exec(expression)?.groups ?? {};
  if (amount === undefined) return undefined;
  return Number(amount) * (unit === 'day' ? 24 * hourMs : hourMs);
}
