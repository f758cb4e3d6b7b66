import { durationPattern } from './contract.ts';

/** A point in time in whole seconds since 1970-01-01T00:00:00Z. */
export type EpochSeconds = number & { readonly __unit: 'EpochSeconds' };

/** Rounds down, so that an expiry is never later than stated. */
export function epochSeconds(seconds: number): EpochSeconds {
  return Math.floor(seconds) as EpochSeconds;
}

/** RFC 3339 in UTC, for example `2026-11-23T12:00:00Z`. */
export function formatInstant(instant: EpochSeconds): string {
  // biome-ignore lint/style/noRestrictedGlobals: a pure conversion; the clock is not read.
  return new Date(instant * 1000).toISOString().replace('.000Z', 'Z');
}

/** Undefined when the text is not an RFC 3339 instant. */
export function parseInstant(text: string): EpochSeconds | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  // biome-ignore lint/style/noRestrictedGlobals: a pure conversion; the clock is not read.
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : epochSeconds(milliseconds / 1000);
}

/** Undefined when the text is not an HTTP date, for example `Sun, 22 Nov 2026 12:00:00 GMT`. */
export function parseHttpDate(text: string): EpochSeconds | undefined {
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  // biome-ignore lint/style/noRestrictedGlobals: a pure conversion; the clock is not read.
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : epochSeconds(milliseconds / 1000);
}

/** Seconds of an ISO 8601 duration of days, hours, minutes and seconds; undefined for another text. */
export function parseDuration(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (match === null) return undefined;
  const units = [86_400, 3_600, 60, 1];
  return units.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}
