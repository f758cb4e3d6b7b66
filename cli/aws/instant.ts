import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';

/** A date of the SDK as an instant. */
export function toInstant(date: Date): EpochSeconds;
export function toInstant(date: Date | undefined): EpochSeconds | undefined;
export function toInstant(date: Date | undefined): EpochSeconds | undefined {
  return date && epochSeconds(date.getTime() / 1000);
}
