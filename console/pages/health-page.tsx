import { useEffect, useState } from 'preact/hooks';
import { formatDuration } from '../../cli/view/durations.ts';
import { sectionOfAlarm } from '../data/alarm-sections.ts';
import { hashOf } from '../data/route.ts';
import { listen } from '../data/server.ts';
import { fleetState, roughNow } from '../data/store.ts';
import type { AlarmState, Alarms, Health, Plot } from '../messages.ts';
import { CheckLine, DoctorCard } from '../view/doctor.tsx';
import { Icon } from '../view/icons.tsx';
import { Ago, Asked, Instant } from '../view/parts.tsx';
import { MetricPlot } from '../view/plot.tsx';
import { Card } from './credential-page.tsx';

export function HealthPage() {
  const [health, setHealth] = useState<Health>();
  useEffect(
    () =>
      listen<Health>('/api/health/events', ['health'], {
        onEvent: setHealth,
        restsWhileHidden: true,
      }),
    [],
  );
  return (
    <>
      {health !== undefined && <Age at={health.at} />}
      <Card title="Last tick">
        <Asked answer={health?.lastTick} what="The last tick">
          {(at) => <LastTick at={at} />}
        </Asked>
      </Card>
      <Card title="Alarms">
        <Asked answer={health?.alarms} what="The alarms">
          {(alarms) => <AlarmList alarms={alarms} />}
        </Asked>
      </Card>
      <Plots health={health} />
      <DoctorCard />
    </>
  );
}

// Seconds. The server looks each minute.
const longestAge = 180;

function Age({ at }: { readonly at: number }) {
  const age = roughNow.value - at;
  if (age <= longestAge) return null;
  return (
    <p class="unknown">
      <Icon name="unknown" />
      <span>Not updated for {formatDuration(age)}: what is below may no longer be true.</span>
    </p>
  );
}

function LastTick({ at }: { readonly at: number | null }) {
  const { tick, functionUnknown } = fleetState.value.fleet ?? {};
  const rhythm = tick === undefined ? '' : ` A tick is due every ${tick / 60} minutes.`;
  if (at === null) {
    return (
      <p class="alarm raised">
        <Icon name="failing" />
        <span>None in two days: nothing is renewed.{rhythm}</span>
      </p>
    );
  }
  // As `doctor` judges: the metric appears some minutes after the tick.
  const isLate = tick !== undefined && roughNow.value - at > 2 * tick + 600;
  const isAssumed = functionUnknown !== undefined;
  return (
    <p class={`alarm ${isAssumed ? 'unclear' : isLate ? 'raised' : ''}`}>
      {isLate && <Icon name={isAssumed ? 'unknown' : 'failing'} />}
      <span>
        {isLate && (isAssumed ? 'Perhaps late: ' : 'Late: ')}
        <Ago at={at} />{' '}
        <span class="quiet">
          (<Instant at={at} /> UTC).{rhythm}
        </span>
      </span>
    </p>
  );
}

const alarmStates = {
  raised: { word: 'Raised', icon: 'failing', class: 'raised' },
  unknown: { word: 'Too little data', icon: 'unknown', class: 'unclear' },
  quiet: { word: 'Quiet', icon: 'ok', class: '' },
} as const;

const urgency: readonly AlarmState['state'][] = ['raised', 'unknown', 'quiet'];

function AlarmList({ alarms: { states, findings } }: { readonly alarms: Alarms }) {
  const sorted = urgency.flatMap((each) => states.filter(({ state }) => state === each));
  return (
    <>
      {states.length === 0 && (
        <p class="quiet">There are none: nobody is told when something fails.</p>
      )}
      <ul class="alarms">
        {sorted.map(({ name, metric, state, since }) => (
          <li key={name} class={`alarm ${alarmStates[state].class}`}>
            <Icon name={alarmStates[state].icon} />
            <span>
              <strong>{alarmStates[state].word}</strong> {name}{' '}
              <span class="quiet">
                ({metric})
                {since !== undefined && (
                  <>
                    {' '}
                    for {formatDuration(roughNow.value - since)}, since <Instant at={since} /> UTC
                  </>
                )}
              </span>
              {state === 'raised' && <WhatToDo metric={metric} />}
            </span>
          </li>
        ))}
      </ul>
      <ul class="checks">
        {findings.map((finding) => (
          <CheckLine key={finding.check} check={finding.check} finding={finding} />
        ))}
      </ul>
    </>
  );
}

function WhatToDo({ metric }: { readonly metric: string }) {
  const anchor = sectionOfAlarm(metric);
  if (anchor === undefined) return null;
  return (
    <>
      {' '}
      <a href={hashOf({ page: 'runbook', anchor })}>What to do</a>
    </>
  );
}

const day = 86_400;
const lengths = { day, week: 7 * day } as const;

function Plots({ health }: { readonly health: Health | undefined }) {
  const { at = 0, plots } = health ?? {};
  const [period, setPeriod] = useState<'day' | 'week'>('day');
  return (
    <section class="card">
      <div class="card-head">
        <h2>Metrics</h2>
        <div class="buttons" role="group" aria-label="Period">
          {(['day', 'week'] as const).map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={period === each}
              onClick={() => setPeriod(each)}
            >
              Last {each}
            </button>
          ))}
        </div>
      </div>
      <Asked<readonly Plot[]> answer={plots?.[period]} what="The metrics">
        {(list) => (
          <div class="plots">
            {list.map((plot) => (
              <MetricPlot
                key={`${period} ${plot.metric}`}
                plot={plot}
                span={{ from: at - lengths[period], to: at }}
              />
            ))}
          </div>
        )}
      </Asked>
    </section>
  );
}
