import type { ImsTokenRotatorAlarmOptions } from './ims-token-rotator-props.ts';
import { usualLifetime } from './renewal-margin.ts';

/** The percentages of a token's lifetime below which the alarms page. */
export interface AlarmThresholds {
  readonly pagePercent: number;
  readonly urgentPercent: number;
}

type ThresholdOptions = Pick<ImsTokenRotatorAlarmOptions, keyof AlarmThresholds>;

// With Adobe's tokens of 24 hours: 3 hours 50 minutes, and 57 minutes.
const defaults: AlarmThresholds = { pagePercent: 16, urgentPercent: 4 };

/** From 50 up a threshold would page before a token is renewed, at half its lifetime. */
export const thresholdLimits = { above: 0, below: 50 };
export const thresholdRule = `above ${thresholdLimits.above} and below ${thresholdLimits.below}`;

export function isThreshold(percent: number): boolean {
  return percent > thresholdLimits.above && percent < thresholdLimits.below;
}

/** The thresholds in force, with the defaults filled in. */
export function alarmThresholds(options: ThresholdOptions = {}): AlarmThresholds {
  return {
    pagePercent: options.pagePercent ?? defaults.pagePercent,
    urgentPercent: options.urgentPercent ?? defaults.urgentPercent,
  };
}

/** The reason why the thresholds are invalid, if they are. */
export function thresholdsProblem({
  pagePercent,
  urgentPercent,
}: AlarmThresholds): string | undefined {
  const inOrder = urgentPercent < pagePercent;
  if (isThreshold(pagePercent) && isThreshold(urgentPercent) && inOrder) return undefined;
  return (
    `pagePercent is ${pagePercent} and urgentPercent is ${urgentPercent}; both must be ` +
    `${thresholdRule}, and urgentPercent must be the lower one`
  );
}

/** A percentage of the usual lifetime, in hours and minutes. */
export function timeLeft(percent: number): string {
  const minutes = Math.floor((percent * usualLifetime) / (100 * 60));
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}
