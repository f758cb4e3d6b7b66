import type { ImsTokenRotatorAlarmOptions } from './ims-token-rotator-props.ts';
import { inHours, leastNotice, usualLifetime } from './renewal-margin.ts';
import { timeoutLimits } from './timing.ts';

/** The percentages of a token's lifetime below which the alarms page. */
export interface AlarmThresholds {
  readonly pagePercent: number;
  readonly urgentPercent: number;
}

type ThresholdOptions = Pick<ImsTokenRotatorAlarmOptions, keyof AlarmThresholds>;

const longestRun = timeoutLimits.most * 60;

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

/**
 * The reason why a token could expire before the alarm pages, if it could: a tick measures the life
 * left, and until the next one nothing does.
 *
 * @param tick seconds between two ticks
 */
export function pageProblem(pagePercent: number, tick: number): string | undefined {
  const needed = tick + leastNotice;
  if (secondsLeft(pagePercent) >= needed) return undefined;
  const least = Math.ceil((1000 * needed) / usualLifetime) / 10;
  return (
    `pagePercent is ${pagePercent}, or ${timeLeft(pagePercent)} of 24 hours; it must be at least ` +
    `${least}, a tick (${tick / 60} min) and half an hour, or a token could expire before the ` +
    'alarm is raised; raise pagePercent, or shorten the tick'
  );
}

/**
 * How much time an alarm leaves. As the tick that raises it may be the first since the token fell
 * below the threshold, most of a tick may have passed.
 *
 * @param tick seconds between two ticks
 */
export function timeLeftAtAlarm(percent: number, tick: number): string {
  const most = `${percent} % of 24 hours is ${timeLeft(percent)}`;
  const minutes = tick / 60;
  return secondsLeft(percent) < tick + longestRun
    ? `${most}, but ticks are ${minutes} min apart, so that it may have expired.`
    : `${most}, of which up to ${minutes} min have passed.`;
}

/** A percentage of the usual lifetime. */
function secondsLeft(percent: number): number {
  return (percent * usualLifetime) / 100;
}

/** The same in words. */
function timeLeft(percent: number): string {
  return inHours(secondsLeft(percent));
}
