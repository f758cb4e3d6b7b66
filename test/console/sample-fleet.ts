import type {
  CredentialDetail,
  DoctorEvent,
  FleetRow,
  Health,
  Past,
  TokenVersion,
} from '../../console/messages.ts';

const hour = 3600;

export const unreachable = {
  code: 'ERR_TOKEN_UNAVAILABLE',
  words: 'IMS is unreachable or overloaded',
  fix: 'nothing for now; if it lasts, check https://status.adobe.com, and mint by hand before the token ends (docs/runbook.md)',
};

/** A credential whose token has `left` hours left of 24. */
export function rowWith(name: string, left: number, now: number, more: Partial<FleetRow> = {}) {
  const expiresAt = now + left * hour;
  const row: FleetRow = {
    name,
    state: 'fresh',
    paused: false,
    token: { versionId: `v-${name}`, issuedAt: expiresAt - 24 * hour, expiresAt },
    previous: {
      versionId: `p-${name}`,
      issuedAt: expiresAt - 36 * hour,
      expiresAt: expiresAt - 12 * hour,
    },
    renewalAt: expiresAt - 12 * hour,
    clientSecret: { changedAt: now - 40 * 24 * hour },
    ...more,
  };
  return row;
}

/** A fleet with every state. */
export function everyState(now: number): readonly FleetRow[] {
  const failing = (minutes: number) => ({
    state: 'failing' as const,
    failure: { ...unreachable, since: now - minutes * 60 },
    renewalAt: now + 120,
  });
  return [
    rowWith('fusion-eu', 7.2, now, failing(14)),
    rowWith('workfront-prod', 11.4, now, failing(12)),
    rowWith('legacy-import', -0.4, now, {
      state: 'expired',
      failure: {
        code: 'ERR_TOKEN_REJECTED',
        words: 'IMS rejects the client id or secret: wrong, deleted, or from another environment',
        fix: 'correct it in the Adobe Developer Console, then: ims-token-rotator put-credential legacy-import FILE',
        since: now - 13 * hour,
      },
      renewalAt: now + 1800,
    }),
    rowWith('campaign-standard', 9.1, now, { state: 'overdue', renewalAt: now - 5000 }),
    rowWith('analytics-export', 11.9, now, { state: 'due', renewalAt: now - 60 }),
    rowWith('asset-sync', 0, now, {
      state: 'foreign',
      token: undefined,
      previous: undefined,
      renewalAt: undefined,
    }),
    rowWith('new-team', 0, now, {
      state: 'empty',
      token: undefined,
      previous: undefined,
      renewalAt: undefined,
    }),
    rowWith('sandbox', 5.5, now, { state: 'paused', paused: true, renewalAt: undefined }),
    ...['aem-author', 'aem-publish', 'commerce', 'experience-platform', 'firefly', 'io-events']
      .concat(['journey-optimizer', 'marketo', 'photoshop-api', 'sign', 'stock', 'target'])
      .map((name, index) => rowWith(name, 13 + index * 0.9, now)),
  ];
}

/** Tokens of 24 hours that were renewed every 12, the latest first. */
export function historyOf(name: string, left: number, now: number): readonly TokenVersion[] {
  return Array.from({ length: 8 }, (_, index) => {
    const expiresAt = now + left * hour - index * 12 * hour;
    return {
      id: `${index === 0 ? 'v' : index === 1 ? 'p' : `o${index}`}-${name}`,
      labels: index === 0 ? ['AWSCURRENT'] : index === 1 ? ['AWSPREVIOUS'] : [],
      createdAt: expiresAt - 24 * hour,
      issuedAt: expiresAt - 24 * hour,
      expiresAt,
      fingerprint: index < 5 ? '9f31c2aa' : '04be7d10',
      clientVersion: index < 5 ? 'c-2' : undefined,
    };
  });
}

/** An outage of the night, which all had, and two pauses, of which that of `sandbox` lasts. */
export function pastOf(name: string, hours: number, now: number): Past {
  return {
    since: now - hours * hour,
    failures: [
      {
        from: now - 9 * hour,
        to: now - 7.5 * hour,
        code: unreachable.code,
        words: unreachable.words,
      },
    ],
    pauses: [
      ...(name === 'sandbox' ? [{ from: now - 6 * hour }] : []),
      ...(name === 'fusion-eu' ? [{ from: now - 20 * hour, to: now - 18 * hour }] : []),
    ],
  };
}

export function detailOf(name: string, now: number): CredentialDetail {
  const secret = (kind: string) => ({
    name: `ims-token-rotator/production/${name}/${kind}`,
    arn: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:ims-token-rotator/production/${name}/${kind}-AbCdEf`,
    changedAt: now - 5 * hour,
    readOn: now - (now % 86_400),
    tags: { 'ims-token-rotator:renew-before': 'PT12H', team: 'integration' },
  });
  return {
    name,
    tokenSecret: { known: secret('token') },
    clientSecret: { known: secret('client') },
    history: { known: historyOf(name, 7.2, now) },
    clientHistory: {
      known: [
        { id: 'c-2', labels: ['AWSCURRENT'], createdAt: now - 60 * hour },
        { id: 'c-1', labels: ['AWSPREVIOUS'], createdAt: now - 900 * hour },
      ],
    },
  };
}

export function healthAt(now: number): Health & { readonly type: 'health' } {
  const times = (count: number, step: number) =>
    Array.from({ length: count }, (_, index) => now - (count - index) * step);
  const plots = (count: number, step: number) => ({
    known: [
      {
        metric: 'MinLifeLeft' as const,
        unit: 'percent' as const,
        times: times(count, step),
        values: times(count, step).map(
          (_, index) =>
            52 + 5 * Math.sin(index / 6) - (index > count - 20 ? index - count + 20 : 0),
        ),
      },
      {
        metric: 'Failing' as const,
        unit: 'count' as const,
        times: times(count, step),
        values: times(count, step).map((_, index) => (index > count - 9 ? 2 : 0)),
      },
      {
        metric: 'Renewed' as const,
        unit: 'count' as const,
        times: times(count, step),
        values: times(count, step).map((_, index) => (index * 7) % 5),
      },
      {
        metric: 'Duration' as const,
        unit: 'milliseconds' as const,
        times: times(count, step),
        values: times(count, step).map((_, index) => 380 + ((index * 37) % 11) * 60),
      },
    ],
  });
  return {
    type: 'health',
    at: now,
    lastTick: { known: now - 260 },
    alarms: {
      known: {
        states: [
          { name: 'production-LifeLeft', metric: 'MinLifeLeft', state: 'quiet' },
          { name: 'production-Failing', metric: 'Failing', state: 'raised', since: now - 7200 },
          { name: 'production-Errors', metric: 'Errors', state: 'unknown' },
        ],
        findings: [
          {
            check: 'alarm recipients',
            verdict: 'failed',
            detail: 'the topic has no subscriber',
            fix: 'subscribe somebody to production-alarms',
          },
        ],
      },
    },
    plots: { day: plots(96, 900), week: plots(168, 3600) },
  };
}

export const doctorEvents: readonly DoctorEvent[] = [
  { type: 'begin', section: 'Rotator', checks: ['function', 'schedule', 'last tick', 'alarms'] },
  { type: 'finding', section: 'Rotator', check: 'function', verdict: 'ok', detail: 'Node.js 24' },
  {
    type: 'finding',
    section: 'Rotator',
    check: 'schedule',
    verdict: 'unknown',
    detail: 'not authorized to call scheduler:GetSchedule',
    fix: 'allow scheduler:GetSchedule',
  },
  { type: 'finding', section: 'Rotator', check: 'last tick', verdict: 'ok', detail: '4 min ago' },
  {
    type: 'finding',
    section: 'Rotator',
    check: 'alarms',
    verdict: 'failed',
    detail: '1 alarm notifies nobody',
    fix: 'subscribe an address to the topic',
  },
  { type: 'end', failures: 1 },
];
