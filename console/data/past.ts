import type { Known, Past, PastFailure, Stretch } from '../messages.ts';
import type { Span } from './lanes.ts';

/** A failure or a pause of the past, as a lane draws it. */
export interface Mark extends Span {
  readonly kind: 'failure' | 'pause';
  readonly stretch: Stretch;
  readonly failure?: PastFailure | undefined;
}

/** The past failures and pauses of the time in sight, in order. */
export function pastMarks(past: Known<Past> | undefined, span: Span, now: number): readonly Mark[] {
  if (past === undefined || 'unknown' in past) return [];
  const { since, failures, pauses } = past.known;
  const spanOf = ({ from = since, to = now }: Stretch): Span => ({ from, to: Math.max(from, to) });
  return [
    ...failures.map((failure): Mark => {
      return { kind: 'failure', stretch: failure, failure, ...spanOf(failure) };
    }),
    ...pauses.map((pause): Mark => ({ kind: 'pause', stretch: pause, ...spanOf(pause) })),
  ]
    .filter(({ from, to }) => from <= span.to && to >= span.from)
    .sort((one, other) => one.from - other.from);
}

/** The section of the runbook about a failure's code, whatever IMS's own code behind it. */
export function sectionOfCode(code: string): string {
  return code.replace(/\/.*$/, '').toLowerCase();
}
