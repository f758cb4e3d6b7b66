import { useEffect, useRef } from 'preact/hooks';
import { formatDuration } from '../../cli/view/durations.ts';
import { hashOf, type Route, titleOf } from '../data/route.ts';
import { acting, connection, fleetState, isStale, now, route } from '../data/store.ts';
import { CredentialPage } from '../pages/credential-page.tsx';
import { FleetPage } from '../pages/fleet-page.tsx';
import { ActionDialog } from './action-dialog.tsx';
import { OnDemand } from './on-demand.tsx';
import { VerdictPanel } from './verdict-panel.tsx';

export function Shell() {
  const current = route.value;
  const title = titleOf(current);
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  const { fleet } = fleetState.value;
  useEffect(() => {
    document.title = `${title} · ${fleet?.rotator ?? 'IMS token rotator'}`;
  }, [title, fleet?.rotator]);
  // A screen reader goes on where the new page begins.
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
  }, [hashOf(current)]);
  return (
    <>
      <button type="button" class="skip" onClick={() => heading.current?.focus()}>
        Skip to the page
      </button>
      <header class="top">
        <div class="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>
            <strong>{fleet?.rotator ?? 'IMS token rotator'}</strong>{' '}
            <span class="quiet">{fleet?.region}</span>
          </span>
        </div>
        <nav aria-label="Pages">
          {(['fleet', 'timeline', 'health'] as const).map((page) => (
            <a href={hashOf({ page })} aria-current={currencyOf(page, current)}>
              {titleOf({ page })}
            </a>
          ))}
        </nav>
        <LastUpdate />
      </header>
      <VerdictPanel isBrief={current.page !== 'fleet'} />
      <main id="main" class={`page-${current.page}`}>
        <h1 ref={heading} tabIndex={-1} class={current.page === 'fleet' ? 'hidden' : ''}>
          {title}
        </h1>
        <Page current={current} />
      </main>
      <Acting />
    </>
  );
}

/** A credential is part of the fleet. */
function currencyOf(page: Route['page'], current: Route): 'page' | 'true' | undefined {
  if (page === current.page) return 'page';
  return page === 'fleet' && current.page === 'credential' ? 'true' : undefined;
}

function Page({ current }: { readonly current: Route }) {
  switch (current.page) {
    case 'fleet':
      return <FleetPage />;
    case 'credential':
      return <CredentialPage key={current.name} name={current.name} />;
    case 'timeline':
      return (
        <OnDemand
          key="timeline"
          load={() => import('../pages/timeline-page.tsx').then((module) => module.TimelinePage)}
        />
      );
    case 'health':
      return (
        <OnDemand
          key="health"
          load={() => import('../pages/health-page.tsx').then((module) => module.HealthPage)}
        />
      );
    case 'runbook':
      return (
        <OnDemand
          key="runbook"
          load={() => import('../pages/runbook-page.tsx').then((module) => module.RunbookPage)}
        />
      );
  }
}

function Acting() {
  if (acting.value === undefined) return null;
  const { row, deed } = acting.value;
  const close = (): void => {
    acting.value = undefined;
  };
  return <ActionDialog row={row} chosen={deed} onClose={close} />;
}

/** When the list was read last, and that it could not be read since. */
function LastUpdate() {
  const { updatedAt, trouble } = fleetState.value;
  const state = connection.value;
  if (state === 'ended') {
    return (
      <p class="update stale" role="status">
        Not updated: the console was restarted. Open the address that it printed last.
      </p>
    );
  }
  if (updatedAt === undefined) {
    const waiting = trouble === undefined ? 'Connecting …' : 'Not updated yet';
    return <p class="update">{state === 'lost' ? 'The console does not answer' : waiting}</p>;
  }
  const age = Math.max(0, now.value - updatedAt);
  return (
    <p class={`update ${isStale.value ? 'stale' : ''}`}>
      {isStale.value
        ? `Not updated for ${formatDuration(age)}`
        : `Updated ${formatDuration(age)} ago`}
      {state === 'lost' && ': the console does not answer'}
    </p>
  );
}
