const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const unitMs: Readonly<Record<string, number>> = { minute: minuteMs, hour: hourMs, day: dayMs };

const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const weekdays = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** No schedule here waits longer. */
const longestDays = 5 * 366;

/** The interval of `rate(…)` in milliseconds; undefined for any other text. */
export function rateMs(expression: string): number | undefined {
  const { amount, unit = '' } =
    /^rate\((?<amount>[1-9]\d*) (?<unit>minute|hour|day)s?\)$/.exec(expression)?.groups ?? {};
  const one = unitMs[unit];
  return one === undefined ? undefined : Number(amount) * one;
}

/**
 * The first time after an instant at which a schedule of `rate(…)` or `cron(…)` is due, in UTC and in
 * milliseconds; undefined if there is none, or for `L`, `W` and `#`, which nothing here uses.
 *
 * @param since when the schedule was created, from which a rate counts
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function nextTime(expression: string, after: number, since: number): number | undefined {
  const interval = rateMs(expression);
  if (interval !== undefined) {
    return since + (Math.floor((after - since) / interval) + 1) * interval;
  }
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(' ') ?? [];
  if (fields.length !== 6) return undefined;
  const [minute, hour, day, month, weekday, year] = fields as Six;
  const minutes = numbersIn(minute, 0, 59);
  const hours = numbersIn(hour, 0, 23);
  const days = numbersIn(day, 1, 31);
  const monthNumbers = numbersIn(named(month, months), 1, 12);
  const weekdayNumbers = numbersIn(named(weekday, weekdays), 1, 7);
  const years = numbersIn(year, 1970, 2199);
  const first = Math.floor(after / dayMs) * dayMs;
  for (let midnight = first; midnight < first + longestDays * dayMs; midnight += dayMs) {
    const date = new Date(midnight);
    const isDue =
      years.includes(date.getUTCFullYear()) &&
      monthNumbers.includes(date.getUTCMonth() + 1) &&
      days.includes(date.getUTCDate()) &&
      weekdayNumbers.includes(date.getUTCDay() + 1);
    if (!isDue) continue;
    const times = hours.flatMap((h) => minutes.map((m) => midnight + h * hourMs + m * minuteMs));
    const next = times.find((time) => time > after);
    if (next !== undefined) return next;
  }
  return undefined;
}

type Six = [string, string, string, string, string, string];

function named(field: string, names: readonly string[]): string {
  return field.replaceAll(/[A-Z]{3}/g, (name) => String(names.indexOf(name) + 1));
}

/** The numbers that a field stands for, in their order: none for a field that makes no sense. */
function numbersIn(field: string, least: number, most: number): readonly number[] {
  const parts = field.split(',').map((part) => {
    const match = /^(?:[*?]|(?<from>\d+)(?:-(?<to>\d+))?)(?:\/(?<step>\d+))?$/.exec(part);
    if (match === null) return () => false;
    const { from, to, step } = match.groups ?? {};
    const first = Number(from ?? least);
    const last = Number(to ?? (from === undefined || step !== undefined ? most : from));
    return (number: number): boolean =>
      number >= first && number <= last && (number - first) % Number(step ?? 1) === 0;
  });
  const all = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  return all.filter((number) => parts.some((matches) => matches(number)));
}
