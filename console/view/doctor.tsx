import { useEffect, useReducer, useState } from 'preact/hooks';
import { commandOf } from '../data/command.ts';
import { listen, noServer } from '../data/server.ts';
import { fleetState } from '../data/store.ts';
import type { DoctorEvent, Finding, Unknown } from '../messages.ts';
import { Icon } from './icons.tsx';
import { Fix, UnknownNote } from './parts.tsx';

type Found = Extract<DoctorEvent, { type: 'finding' }>;

interface Progress {
  readonly sections: readonly { readonly title: string; readonly checks: readonly string[] }[];
  readonly findings: ReadonlyMap<string, Found>;
  readonly failures?: number | undefined;
  readonly broken?: Unknown | undefined;
}

const begun: Progress = { sections: [], findings: new Map() };

function advance(progress: Progress, event: DoctorEvent | 'again'): Progress {
  if (event === 'again') return begun;
  switch (event.type) {
    case 'begin': {
      const section = { title: event.section, checks: event.checks };
      return { ...progress, sections: [...progress.sections, section] };
    }
    case 'finding': {
      const findings = new Map(progress.findings);
      findings.set(`${event.section} ${event.check}`, event);
      return { ...progress, findings };
    }
    case 'end':
      return { ...progress, failures: event.failures };
    case 'broken':
      return { ...progress, broken: event.why };
  }
}

/** The checks of `doctor`, one by one, when somebody asks for them. */
export function DoctorCard({ name }: { readonly name?: string | undefined }) {
  const [run, setRun] = useState(0);
  const [progress, tell] = useReducer(advance, begun);
  const isOver = progress.failures !== undefined || progress.broken !== undefined;
  useEffect(() => {
    if (run === 0) return;
    tell('again');
    const path = `/api/doctor/events${name === undefined ? '' : `?name=${encodeURIComponent(name)}`}`;
    const stop = listen<DoctorEvent>(path, ['begin', 'finding', 'end', 'broken'], {
      onEvent: (event) => {
        tell(event);
        // Else the browser would connect again, and all would begin anew.
        if (event.type === 'end' || event.type === 'broken') stop();
      },
      onConnection: (state) => {
        if (state === 'open') return;
        // Whoever answers next would begin anew, if anybody does.
        tell({ type: 'broken', why: noServer });
        stop();
      },
    });
    return stop;
  }, [run]);
  const expected = progress.sections.reduce((sum, { checks }) => sum + checks.length, 0);
  return (
    <section class="card">
      <div class="card-head">
        <h2>Checks</h2>
        <button type="button" disabled={run > 0 && !isOver} onClick={() => setRun(run + 1)}>
          {run === 0 ? 'Run the checks' : 'Run them again'}
        </button>
      </div>
      {run === 0 && (
        <p class="quiet">
          What{' '}
          <code>
            {commandOf(name === undefined ? 'doctor' : `doctor ${name}`, fleetState.value.fleet)}
          </code>{' '}
          checks, without reading a value.
        </p>
      )}
      {run > 0 && !isOver && (
        <progress
          max={Math.max(1, expected)}
          value={progress.findings.size}
          aria-label="Checks done"
        />
      )}
      <p role="status" class={isOver ? '' : 'hidden'}>
        {verdictOf(progress)}
      </p>
      {progress.broken !== undefined && (
        <UnknownNote why={progress.broken} what="The rest of the checks" />
      )}
      {progress.sections.map(({ title, checks }) => (
        <div key={title}>
          <h3>{title}</h3>
          <ul class="checks">
            {checksOf(title, checks, progress).map((check) => (
              <CheckLine
                key={check}
                check={check}
                finding={progress.findings.get(`${title} ${check}`)}
                isOver={isOver}
              />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

/** Those announced, and those that came nevertheless. */
function checksOf(
  title: string,
  checks: readonly string[],
  { findings }: Progress,
): readonly string[] {
  const found = [...findings.values()].filter(({ section }) => section === title);
  return [...new Set([...checks, ...found.map(({ check }) => check)])];
}

function verdictOf({ failures, findings }: Progress): string {
  if (failures === undefined) return '';
  const unknown = [...findings.values()].filter(({ verdict }) => verdict === 'unknown').length;
  const failed = failures === 0 ? 'No check failed' : `${failures} failed`;
  return `${failed}${unknown === 0 ? '' : `, ${unknown} unknown`}.`;
}

const words = { ok: 'ok', failed: 'failed', unknown: 'unknown' } as const;

export function CheckLine({
  check,
  finding,
  isOver = false,
}: {
  readonly check: string;
  readonly finding: Finding | undefined;
  readonly isOver?: boolean | undefined;
}) {
  if (finding === undefined) {
    return (
      <li class="check quiet">
        <span class="check-verdict">{isOver ? 'not run' : '…'}</span> <span>{check}</span>
      </li>
    );
  }
  const { verdict, detail, fix } = finding;
  return (
    <li class={`check check-${verdict}`}>
      <span class="check-verdict">
        <Icon name={verdict} /> {words[verdict]}
      </span>
      <span>
        <strong>{check}</strong> {detail}
        {fix !== undefined && verdict !== 'ok' && <span class="fix"> → {<Fix text={fix} />}</span>}
      </span>
    </li>
  );
}
