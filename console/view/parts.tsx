/** Small parts that all pages show. */

import type { ComponentChildren } from 'preact';
import { formatDuration } from '../../cli/view/durations.ts';
import { commandInText, commandOf } from '../data/command.ts';
import { noServer } from '../data/server.ts';
import { meanings } from '../data/states.ts';
import { fleetState, roughNow } from '../data/store.ts';
import type { FleetRow, Known, State, TokenSpan, Unknown } from '../messages.ts';
import { Icon } from './icons.tsx';
import { minuteText, relative } from './times.ts';

export function StateBadge({ state }: { readonly state: State }) {
  return (
    <span class={`state state-${state}`} title={meanings[state]}>
      <Icon name={state} />
      {state}
    </span>
  );
}

/** An instant in UTC, as AWS shows it; its title has the time here. */
export function Instant({ at }: { readonly at: number }) {
  const date = new Date(at * 1000);
  return (
    <time dateTime={date.toISOString()} title={`${date.toLocaleString()} here`}>
      {minuteText(at)}
    </time>
  );
}

export function Ago({ at }: { readonly at: number }) {
  return <>{relative(at, roughNow.value)}</>;
}

export function LifeBar({ token }: { readonly token: TokenSpan }) {
  const left = token.expiresAt - roughNow.value;
  if (left <= 0) return <span class="life-over">expired {formatDuration(left)} ago</span>;
  const share = Math.min(1, left / (token.expiresAt - token.issuedAt));
  const level = share > 0.3 ? 'plenty' : share > 0.16 ? 'little' : 'least';
  return (
    <span class="life">
      <span class="life-bar" aria-hidden="true">
        <span class={`life-left ${level}`} style={{ width: `${share * 100}%` }} />
      </span>
      <span class="life-text">{formatDuration(left)}</span>
    </span>
  );
}

export function NoToken({ row }: { readonly row: FleetRow }) {
  return <span class="quiet">{row.state === 'foreign' ? 'only its value shows' : 'no token'}</span>;
}

export function Renewal({ row }: { readonly row: FleetRow }) {
  if (row.renewalAt === undefined)
    return <span class="quiet">{row.paused ? 'paused' : 'none'}</span>;
  if (row.renewalAt <= roughNow.value) return <>next tick</>;
  return (
    <span title={relative(row.renewalAt, roughNow.value)}>
      <Instant at={row.renewalAt} />
    </span>
  );
}

/** What is not known, why, and which right would tell. */
export function UnknownNote({
  why,
  what,
  isFailure = false,
}: {
  readonly why: Unknown;
  readonly what: string;
  readonly isFailure?: boolean | undefined;
}) {
  const fix = why.code === noServer.code ? startAgain() : why.fix;
  return (
    <p class={isFailure ? 'unknown failed' : 'unknown'}>
      <Icon name={isFailure ? 'failing' : 'unknown'} />
      <span>
        <strong>{isFailure ? `${what}.` : `${what}: unknown.`}</strong> {sentence(why.message)}{' '}
        {why.right !== undefined && (
          <>
            The right that is missing: <code>{why.right}</code>.{' '}
          </>
        )}
        {fix !== undefined && why.right === undefined && <>→ {<Fix text={fix} />}</>}
      </span>
    </p>
  );
}

function startAgain(): string {
  const { fleet } = fleetState.value;
  const words = fleet?.allowsActions === true ? 'console --allow-actions' : 'console';
  return `run it again: ${commandOf(words, fleet)}`;
}

/** Shows what was asked for, that it is being asked for, or why it is unknown. */
export function Asked<T>({
  answer,
  what,
  children,
}: {
  readonly answer: Known<T> | undefined;
  readonly what: string;
  readonly children: (known: T) => ComponentChildren;
}) {
  if (answer === undefined) return <p class="quiet asking">Asking …</p>;
  if ('unknown' in answer) return <UnknownNote why={answer.unknown} what={what} />;
  return <>{children(answer.known)}</>;
}

// No other address is a link: a remedy may quote a name from elsewhere.
const special = new RegExp(`(https://status\\.adobe\\.com|${commandInText.source})`);

/** A remedy; its commands are shown as such, and Adobe's status page is a link. */
export function Fix({ text }: { readonly text: string }) {
  return (
    <>
      {capitalizedFix(text)
        .split(special)
        .map((part, index) => (index % 2 === 1 ? <Special key={index} text={part} /> : part))}
    </>
  );
}

function Special({ text }: { readonly text: string }) {
  if (!text.startsWith('https:')) return <code>{text}</code>;
  return (
    <a href={text} rel="noreferrer" target="_blank">
      {text}
    </a>
  );
}

/** A command and a path stay as they are typed. */
function capitalizedFix(text: string): string {
  return /^(ims-token-rotator|aws|docs\/)/.test(text) ? text : capitalized(text);
}

export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** With its full stop. */
export function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

export function sentence(text: string): string {
  return ended(capitalized(text));
}

/** A term and its description, in a description list. */
export function Fact({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
