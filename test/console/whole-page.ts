import { type Fixture, nowSeconds, servePage } from './page-fixture.ts';
import { detailOf, doctorEvents, everyState, healthAt, historyOf, pastOf } from './sample-fleet.ts';

/** The addresses of all pages. */
export const pages = ['fleet', 'timeline', 'health', 'credential/fusion-eu', 'runbook/life-left'];

/**
 * The page with everything that it can show.
 *
 * @param since hours that CloudTrail was searched back. @default two days
 */
export function serveEverything({ since = 48 } = {}): Promise<Fixture> {
  const now = nowSeconds();
  const rows = everyState(now);
  const denied = {
    code: 'ERR_AWS_DENIED',
    message: 'not authorized to call secretsmanager:ListSecretVersionIds',
    right: 'secretsmanager:ListSecretVersionIds',
  };
  const lanes = rows.map(({ name, token }) => {
    const left = token === undefined ? 0 : (token.expiresAt - now) / 3600;
    return [
      name,
      token === undefined ? { unknown: denied } : { known: historyOf(name, left, now) },
    ] as const;
  });
  const reader = 'arn:aws:sts::111122223333:assumed-role/fusion/worker';
  return servePage({
    rows,
    fleet: { allowsActions: true },
    answers: {
      '/api/timeline': Object.fromEntries(lanes),
      '/api/past': Object.fromEntries(
        rows.map(({ name }) => [name, { known: pastOf(name, since, now) }]),
      ),
      '/api/credentials/fusion-eu/readers': { known: [{ principal: reader, at: now - 300 }] },
      '/api/credentials/': detailOf('fusion-eu', now),
      '/api/actions': { ok: true, words: 'fusion-eu is paused' },
    },
    streams: { '/api/health/events': [healthAt(now)], '/api/doctor/events': doctorEvents },
  });
}
