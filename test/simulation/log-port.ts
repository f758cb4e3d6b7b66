// The ports Log and Metrics of one invocation: everything is searched for secrets, and counted.
import type { Fields, Log, Metrics } from '../../core/ports.ts';
import { toldCode } from './error-codes.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

type Tally = Readonly<Record<string, number>>;

export function logPort(world: World, invocation: Invocation): Log {
  const write = (level: string, message: string, fields: Fields): void => {
    const isEmptyRun = level === 'info' && message === 'run' && fields['outcomes'] !== undefined;
    if (isEmptyRun) {
      count(world, fields);
      invocation.deferred = (fields['outcomes'] as Tally)['deferred'] ?? 0;
    }
    if (message.startsWith('the host is not asked')) invocation.hasBrokenHost = true;
    toldCode(world, invocation, fields['code']);
    const line = `${message} ${JSON.stringify(fields)}`;
    world.invariants.said(line, invocation);
    if (message === 'run') return;
    const credential = typeof fields['credential'] === 'string' ? fields['credential'] : '';
    world.history.tell(world.clock.now, credential, `#${invocation.id} ${level}: ${line}`);
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

function count({ counts }: World, { reasons, outcomes }: Fields): void {
  for (const [reason, number] of Object.entries(reasons ?? {}))
    counts.add('reasons', reason, number);
  for (const [outcome, number] of Object.entries(outcomes ?? {})) {
    counts.add('outcomes', outcome, number);
  }
}

export function metricsPort({ invariants }: World, invocation: Invocation): Metrics {
  return {
    add: (name, value) => {
      if (name === 'Ticks') invocation.ticks += value;
      invocation.metrics.set(name, value);
    },
    alsoFor: () => undefined,
    tell: (name, value) => invariants.said(`${name} ${value}`, invocation),
  };
}
