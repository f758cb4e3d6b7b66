import type { TokenVersion } from '../messages.ts';

/** The part of time that is in sight. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Bar {
  readonly version: TokenVersion;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Two tokens that overlap are on different tracks. */
  readonly track: 0 | 1;
}

/** The tokens in the order of their issue. One without a known expiry has no bar. */
export function barsOf(versions: readonly TokenVersion[]): readonly Bar[] {
  return versions
    .filter(isServed)
    .flatMap((version) =>
      version.issuedAt === undefined || version.expiresAt === undefined
        ? []
        : [{ version, issuedAt: version.issuedAt, expiresAt: version.expiresAt }],
    )
    .sort((a, b) => a.issuedAt - b.issuedAt)
    .map((bar, index) => ({ ...bar, track: index % 2 === 0 ? 0 : 1 }));
}

/** No workload gets a version that waits to become the current one. */
function isServed({ labels }: TokenVersion): boolean {
  return !labels.includes('AWSPENDING') || labels.includes('AWSCURRENT');
}

/** The times at which a token was current whose expiry only its value shows. */
export function foreignOf(versions: readonly TokenVersion[], until: number): readonly Span[] {
  const served = versions.filter(isServed);
  const beginOf = ({ issuedAt, createdAt }: TokenVersion): number => issuedAt ?? createdAt ?? 0;
  return served.flatMap((version) => {
    if (version.expiresAt !== undefined) return [];
    const from = beginOf(version);
    const isCurrent = version.labels.includes('AWSCURRENT');
    const later = isCurrent ? [] : served.map(beginOf).filter((begin) => begin > from);
    const to = Math.min(until, ...later);
    return to > from ? [{ from, to }] : [];
  });
}

/** The times from the first issue on at which no token was valid, as far as is known. */
export function gapsOf(versions: readonly TokenVersion[], until: number): readonly Span[] {
  const bars = barsOf(versions).map(({ issuedAt, expiresAt }) => ({
    from: issuedAt,
    to: expiresAt,
  }));
  const covered = [...bars, ...foreignOf(versions, until)].sort((a, b) => a.from - b.from);
  const gaps: Span[] = [];
  let end = covered[0]?.from ?? until;
  for (const { from, to } of covered) {
    if (from > end) gaps.push({ from: end, to: from });
    end = Math.max(end, to);
  }
  if (until > end) gaps.push({ from: end, to: until });
  return gaps;
}

const hour = 3600;
export const widths = [3, 6, 12, 24, 48, 96, 192].map((hours) => hours * hour);

/** A span of the next width, around the same middle. */
export function zoom({ from, to }: Span, step: 1 | -1): Span {
  const index = widths.findIndex((width) => width >= to - from);
  const width = widths[Math.max(0, Math.min(widths.length - 1, index + step))] ?? to - from;
  const middle = (from + to) / 2;
  return { from: middle - width / 2, to: middle + width / 2 };
}

export function pan({ from, to }: Span, share: number): Span {
  const by = (to - from) * share;
  return { from: from + by, to: to + by };
}

/** Round instants to label, at most about `most` of them; the last label has room to the right. */
export function marksOf({ from, to }: Span, most: number): readonly number[] {
  const steps = [900, 1800, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour, 48 * hour];
  const step = steps.find((each) => (to - from) / each <= most) ?? 96 * hour;
  const first = Math.ceil(from / step) * step;
  const room = (to - from) / 16;
  return Array.from({ length: Math.max(0, Math.ceil((to - room - first) / step)) }, (_, index) => {
    return first + index * step;
  });
}
