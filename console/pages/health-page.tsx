import { useEffect, useState } from 'preact/hooks';
import { sectionOfAlarm } from '../data/alarm-sections.ts';
import { hashOf } from '../data/route.ts';
import { listen } from '../data/server.ts';
import { fleetState } from '../data/store.ts';
import type { AlarmState, Health, Plot } from '../messages.ts';
import { DoctorCard } from '../view/doctor.tsx';
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
      <div class="columns">
        <Card title="Last tick">
          <Asked answer={health?.lastTick} what="The last tick">
            {(at) => <LastTick at={at} />}
          </Asked>
        </Card>
        <Card title="Alarms">
          <Asked answer={health?.alarms} what="The alarms">
            {(alarms) => <Alarms alarms={alarms} />}
          </Asked>
        </Card>
      </div>
      <Plots health={health} />
      <DoctorCard />
    </>
  );
}

function LastTick({ at }: { readonly at: number | null }) {
  const tick = fleetState.value.fleet?.tick;
  const rhythm = tick === undefined ? '' : ` A tick is due every ${tick / 60} minutes.`;
  if (at === null) {
    return (
      <p class="alarm raised">
        <Icon name="failing" />
        <span>None in two days: nothing is renewed.{rhythm}</span>
      </p>
    );
  }
  return (
    <p>
      <Ago at={at} />{' '}
      <span class="quiet">
        (<Instant at={at} /> UTC).{rhythm}
      </span>
    </p>
  );
}

function Alarms({ alarms }: { readonly alarms: readonly AlarmState[] }) {
  if (alarms.length === 0) {
    return <p class="quiet">There are none: nobody is told when something fails.</p>;
  }
  const sorted = [...alarms].sort((a, b) => Number(b.isRaised) - Number(a.isRaised));
  return (
    <ul class="alarms">
      {sorted.map(({ name, metric, isRaised, notifies }) => (
        <li key={name} class={`alarm ${isRaised ? 'raised' : ''}`}>
          <Icon name={isRaised ? 'failing' : 'ok'} />
          <span>
            <strong>{isRaised ? 'Raised' : 'Quiet'}</strong> {name}{' '}
            <span class="quiet">
              ({metric}
              {notifies ? '' : '; notifies nobody'})
            </span>
            {isRaised && <WhatToDo metric={metric} />}
          </span>
        </li>
      ))}
    </ul>
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
