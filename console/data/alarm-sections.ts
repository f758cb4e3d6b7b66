/** The section of the runbook for the alarms on a metric. */
const sections: Readonly<Record<string, string>> = {
  MinLifeLeft: 'life-left',
  MinPausedLifeLeft: 'paused-life-left',
  Failing: 'failing',
  Errors: 'new-failure',
  Ticks: 'silence',
  AsyncEventsDropped: 'events-dropped',
  Throttles: 'throttles',
  ClientSecretRotationOverdue: 'client-secret-rotation-overdue',
};

/** @param metric for example `Failing`, or `Ticks of shard 2` */
export function sectionOfAlarm(metric: string): string | undefined {
  const [name = ''] = metric.split(' ');
  return Object.hasOwn(sections, name) ? sections[name] : undefined;
}
