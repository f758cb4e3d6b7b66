import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatDuration } from '../../cli/view/durations.ts';
import { sectionOfCode } from '../data/past.ts';
import { hashOf } from '../data/route.ts';
import { ask } from '../data/server.ts';
import { acting, allowsActions, fleetState, roughNow } from '../data/store.ts';
import type { CredentialDetail, FleetRow, Known, Past } from '../messages.ts';
import { deedsFor, titleOfDeed } from '../view/action-dialog.tsx';
import { Axis } from '../view/axis.tsx';
import { DoctorCard } from '../view/doctor.tsx';
import { ClientHistory, TokenHistory } from '../view/history.tsx';
import { Lane } from '../view/lane.tsx';
import {
  Ago,
  Asked,
  Fact,
  Fix,
  Instant,
  LifeBar,
  NoToken,
  Renewal,
  StateBadge,
  sentence,
} from '../view/parts.tsx';
import { WholePast } from '../view/past-list.tsx';
import { type ReaderList, ReaderTable } from '../view/readers.tsx';
import { RunbookSection } from '../view/runbook.tsx';
import { SecretFacts } from '../view/secret-facts.tsx';
import { usePast } from '../view/use-past.ts';
import { useRetry } from '../view/use-retry.ts';
import { wholeDays } from '../view/use-timeline.ts';

export function CredentialPage({ name }: { readonly name: string }) {
  const { fleet, rows } = fleetState.value;
  const row = rows.get(name);
  const path = `/api/credentials/${encodeURIComponent(name)}`;
  const detail = useAnswer<CredentialDetail>(path, historyKey(row));
  const readers = useAnswer<ReaderList>(`${path}/readers`, '', flatten);
  const span = wholeDays({ from: roughNow.value - day, to: roughNow.value + day });
  const past = usePast([name], span).get(name);
  if (fleet === undefined) return null;
  const known = detail !== undefined && 'known' in detail ? detail.known : undefined;
  if (row === undefined && !isThere(known)) {
    return detail === undefined ? <p class="quiet asking">Asking …</p> : <NotThere name={name} />;
  }
  return (
    <>
      {row === undefined ? (
        <p class="note">The list of {fleet.rotator} does not have this credential yet.</p>
      ) : (
        <>
          <Summary row={row} />
          {row.failure !== undefined && <FailureCard row={row} />}
        </>
      )}
      {detail !== undefined && 'unknown' in detail && (
        <Asked answer={detail} what="The credential's secrets">
          {() => null}
        </Asked>
      )}
      <Card title="History of the token">
        {row !== undefined && <OwnLane row={row} answer={known?.history} past={past} />}
        <Asked answer={known?.history} what="The token secret's versions">
          {(versions) => <TokenHistory versions={versions} />}
        </Asked>
      </Card>
      <Card title="Earlier failures and pauses">
        <WholePast past={past} span={span} isPaused={row?.paused === true} />
      </Card>
      <Card title="History of the client secret">
        <Asked answer={known?.clientHistory} what="The client secret's versions">
          {(versions) => <ClientHistory versions={versions} />}
        </Asked>
      </Card>
      <Card title="Who reads the token">
        <Asked answer={readers} what="The readers">
          {(list) => <ReaderTable readers={list} />}
        </Asked>
      </Card>
      <DoctorCard name={name} />
      <Card title="Token secret">
        <Asked answer={known?.tokenSecret} what="The token secret">
          {(secret) => <SecretFacts secret={secret} />}
        </Asked>
      </Card>
      <Card title="Client secret">
        <Asked answer={known?.clientSecret} what="The client secret">
          {(secret) => <SecretFacts secret={secret} />}
        </Asked>
      </Card>
    </>
  );
}

/** One that was just created is not in the list yet, but its secrets can be described. */
function isThere(detail: CredentialDetail | undefined): boolean {
  return [detail?.tokenSecret, detail?.clientSecret].some((secret) => secret && 'known' in secret);
}

function NotThere({ name }: { readonly name: string }) {
  return (
    <p class="note">
      {fleetState.value.fleet?.rotator} has no credential {name}.{' '}
      <a href={hashOf({ page: 'fleet' })}>Choose one from the fleet</a>
    </p>
  );
}

/** A renewal, a failure, a pause or another client secret is new history. */
function historyKey(row: FleetRow | undefined): string {
  const { token, foreignVersionId, state, failure, clientSecret } = row ?? {};
  const versionId = token?.versionId ?? foreignVersionId;
  return [versionId, state, failure?.since, clientSecret?.changedAt].join(' ');
}

/** The answer's own `known` or `unknown`, where the server's answer is itself one. */
function flatten(answer: Known<unknown>): Known<ReaderList> {
  return ('known' in answer ? answer.known : answer) as Known<ReaderList>;
}

/** Asks again when `version` changes, or what is unknown may be known; the answer before stays. */
function useAnswer<T>(
  path: string,
  version: string,
  convert = (answer: Known<unknown>): Known<T> => answer as Known<T>,
): Known<T> | undefined {
  const [answer, setAnswer] = useState<Known<T>>();
  const tries = useRetry(answer !== undefined && lacksSomething(answer));
  useEffect(() => {
    const aborter = new AbortController();
    void ask<unknown>(path, aborter.signal).then((found) => {
      if (!aborter.signal.aborted) setAnswer(convert(found));
    });
    return () => aborter.abort();
  }, [path, version, tries]);
  return answer;
}

function lacksSomething(answer: Known<unknown>): boolean {
  return 'unknown' in answer || Object.values(Object(answer.known)).some(isUnknown);
}

function isUnknown(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'unknown' in part;
}

const day = 24 * 3600;

function OwnLane({
  row,
  answer,
  past,
}: {
  readonly row: FleetRow;
  readonly answer: CredentialDetail['history'] | undefined;
  readonly past: Known<Past> | undefined;
}) {
  const span = { from: roughNow.value - day, to: roughNow.value + day };
  return (
    <div class="own-lane">
      <Axis span={span} />
      <Lane row={row} span={span} answer={answer} past={past} />
    </div>
  );
}

export function Card({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Summary({ row }: { readonly row: FleetRow }) {
  const { state, token, paused, clientSecret } = row;
  return (
    <section class="summary" aria-label="Now">
      <dl class="facts">
        <Fact title="State">
          <StateBadge state={state} />
          {paused && state !== 'paused' && ' and paused'}
        </Fact>
        <Fact title="Life left">{token ? <LifeBar token={token} /> : <NoToken row={row} />}</Fact>
        <Fact title="Expires (UTC)">{token ? <Instant at={token.expiresAt} /> : '–'}</Fact>
        <Fact title="Next renewal (UTC)">
          <Renewal row={row} />
        </Fact>
        {clientSecret?.changedAt !== undefined && (
          <Fact title="Client secret changed">
            <Ago at={clientSecret.changedAt} />
          </Fact>
        )}
        {clientSecret?.rotatesAt !== undefined && (
          <Fact title="Client secret rotates">
            <Ago at={clientSecret.rotatesAt} />
          </Fact>
        )}
      </dl>
      {allowsActions.value ? (
        <p class="buttons">
          {deedsFor(row).map((each) => (
            <button
              type="button"
              key={each}
              onClick={() => {
                acting.value = { row, deed: each };
              }}
            >
              {titleOfDeed(each)} …
            </button>
          ))}
        </p>
      ) : (
        <p class="quiet">
          To renew, pause or resume here, start the console with <code>--allow-actions</code>.
        </p>
      )}
    </section>
  );
}

function FailureCard({ row: { failure, name, token } }: { readonly row: FleetRow }) {
  if (failure === undefined) return null;
  const { code, words, fix, since } = failure;
  const seconds = token === undefined ? 0 : token.expiresAt - roughNow.value;
  const left = seconds > 0 ? formatDuration(seconds) : 'none';
  return (
    <section class="card card-failing">
      <h2>{sentence(words)}</h2>
      <p>
        {since !== undefined && (
          <>
            For {formatDuration(roughNow.value - since)}, since <Instant at={since} /> UTC.{' '}
          </>
        )}
        <strong>What to do:</strong> <Fix text={fix} />
      </p>
      <RunbookSection anchor={sectionOfCode(code)} about={{ name, left }} isOpen />
    </section>
  );
}
