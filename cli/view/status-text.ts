import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import { formatFailureCode } from '../../core/status.ts';
import type { CommonOptions } from '../common-options.ts';
import { type ClientSecretAge, clientSecretJson, clientSecretLine } from './client-secret-line.ts';
import {
  type CredentialState,
  hasUnseenExpiry,
  isUnhealthy,
  type State,
  states,
} from './credential-state.ts';
import { formatDuration, formatMinute } from './durations.ts';
import { explainFailure, failureWords } from './failure.ts';
import { nextCommand, resumeFix } from './next-command.ts';
import { type Column, tableLines, wrapLines } from './table.ts';

interface Listed extends CredentialState {
  readonly clientSecret?: ClientSecretAge | undefined;
  readonly isRotationOverdue?: boolean | undefined;
}

export interface StatusView {
  readonly rotator: string;
  readonly credentials: readonly Listed[];
  /** The given ones. */
  readonly options: CommonOptions;
  readonly now: EpochSeconds;
  /** The terminal's columns; undefined where lines may have any length. */
  readonly columns: number | undefined;
  /** The limit of lines for credentials and their failures. */
  readonly most: number;
  /** Shows the client secrets too. @default false */
  readonly isDetailed?: boolean | undefined;
  /** The stack may import other client secrets than those at the credentials' own names. */
  readonly isAssumed: boolean;
  readonly style: (state: State, text: string) => string;
}

const barCells = 8;
// The width of every column but the name, with the gaps between them.
const otherColumns = 2 + 9 + 23 + 15 + 12;
const fewest = 12;

/** The table of `status`: the most urgent credential first, each failure below its credential. */
export function statusLines(view: StatusView): readonly string[] {
  const { credentials, now, columns, most } = view;
  // Lays out only what fits; longer lists are for pipes.
  const candidates = credentials.slice(0, most);
  const longest = candidates.reduce(
    (length, { name }) => Math.max(length, name.length),
    'CREDENTIAL'.length,
  );
  const room = columns === undefined ? longest : Math.max(fewest, columns - otherColumns);
  const all: readonly Column[] = [
    { title: 'CREDENTIAL', width: Math.min(longest, room) },
    { title: 'STATE', width: 7 },
    { title: 'LEFT', width: 21 },
    { title: 'EXPIRES (UTC)', width: 13 },
    { title: 'RENEWAL', width: 12 },
  ];
  const narrow = columns !== undefined && columns < fewest + otherColumns;
  const [head = '', ...lines] = tableLines(
    narrow ? all.slice(0, 3) : all,
    candidates.map((credential) => cells(credential, now)),
  );
  const table: string[] = [];
  let shown = 0;
  for (const [index, credential] of candidates.entries()) {
    const block = [
      view.style(credential.state, lines[index] ?? ''),
      ...failureLines(credential, view),
      ...rotationLines(credential, view),
      ...detailLines(credential, view),
    ];
    // The first credential is always shown.
    if (shown > 0 && table.length + block.length > most) break;
    table.push(...block);
    shown += 1;
  }
  const more = credentials.length - shown;
  return [
    summary(view),
    ...(shown === 0 ? [] : ['', head, ...table]),
    ...(more > 0 ? [`… and ${more} less urgent: name some, or pipe the output to see all`] : []),
  ];
}

/** The same as JSON: instants in RFC 3339, durations in seconds. */
export function statusJson({
  rotator,
  credentials,
  now,
  isAssumed,
}: Omit<StatusView, 'style' | 'options'>) {
  return {
    rotator,
    at: formatInstant(now),
    healthy: isHealthy(credentials),
    credentials: credentials.map(({ name, state, paused, token, renewalAt, ...rest }) => {
      const { versionId, failure, failingSince, clientSecret } = rest;
      return {
        name,
        state,
        paused,
        expires_at: token && formatInstant(token.expiresAt),
        seconds_left: token && token.expiresAt - now,
        version_id: token && versionId,
        next_renewal_at: renewalAt && formatInstant(renewalAt),
        failure: failure && {
          code: formatFailureCode(failure),
          words: failureWords(failure),
        },
        failing_since: failingSince && formatInstant(failingSince),
        client_secret: clientSecret && {
          ...clientSecretJson(clientSecret),
          assumed: isAssumed || undefined,
        },
      };
    }),
  };
}

/** Null where that is not known from metadata. */
function isHealthy(credentials: readonly CredentialState[]): boolean | null {
  if (credentials.some(isUnhealthy)) return false;
  return credentials.some(hasUnseenExpiry) ? null : true;
}

function summary({ rotator, credentials }: StatusView): string {
  const counts = states.flatMap((state) => {
    const count = credentials.filter((credential) => credential.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const total = credentials.length;
  const all = `${total} ${total === 1 ? 'credential' : 'credentials'}`;
  return `${rotator}: ${[all, ...counts].join(', ')}`;
}

function cells({ name, state, token, renewalAt }: CredentialState, now: EpochSeconds): string[] {
  const renewal = renewalAt === undefined ? '' : renewalText(renewalAt, now);
  if (token === undefined) {
    const left = state === 'foreign' ? 'only in its value' : '';
    return [name, state, left, '', renewal];
  }
  const left = token.expiresAt - now;
  const text = left <= 0 ? `${formatDuration(left)} ago` : formatDuration(left);
  const lifeLeft = `${bar(left / token.lifetime)} ${text}`;
  return [name, state, left <= 0 ? text : lifeLeft, formatMinute(token.expiresAt), renewal];
}

function renewalText(renewalAt: EpochSeconds, now: EpochSeconds): string {
  return renewalAt <= now ? 'next tick' : formatMinute(renewalAt);
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barCells);
  return '█'.repeat(full) + '░'.repeat(barCells - full);
}

function failureLines(
  { name, state, paused, failure, failingSince }: CredentialState,
  { now, columns, style, options }: StatusView,
): readonly string[] {
  const pause =
    paused && state !== 'paused' && failure?.code !== 'ERR_PAUSED'
      ? [
          ...wrapLines('paused, so that nothing renews it', 2, columns),
          ...wrapLines(`→ ${resumeFix(name, options)}`, 2, columns),
        ]
      : [];
  if (failure === undefined) return pause;
  const { words, fix } = explainFailure(failure, name, options);
  const code = formatFailureCode(failure);
  const lasts = failingSince === undefined ? '' : `, for ${formatDuration(now - failingSince)}`;
  return [
    ...wrapLines(`${words}${lasts} (${code})`, 2, columns).map((line) => style(state, line)),
    ...wrapLines(`→ ${fix}`, 2, columns),
    ...pause,
  ];
}

function rotationLines(
  { name, isRotationOverdue = false }: Listed,
  { columns, options }: StatusView,
): readonly string[] {
  if (!isRotationOverdue) return [];
  const see = nextCommand(`doctor ${name}`, options);
  return wrapLines(`the rotation of its client secret is overdue → ${see}`, 2, columns);
}

function detailLines(
  { clientSecret }: Listed,
  { now, columns, isDetailed = false, isAssumed }: StatusView,
): readonly string[] {
  if (!isDetailed || clientSecret === undefined) return [];
  return wrapLines(clientSecretLine(clientSecret, now, isAssumed), 2, columns);
}
