import {
  DeleteSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { tagKeys } from '../../core/contract.ts';
import type { Command } from '../../core/event.ts';
import { ImsTokenRotator } from '../../infra/ims-token-rotator.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { reportRun } from '../../lambda/report-run.ts';
import type { Report, Run } from '../../lambda/steps/run.ts';
import { now } from '../support/builders.ts';
import { clientSecretOf, type Parts, plainClient, startParts } from '../support/start-parts.ts';
import {
  type AlarmRule,
  alarmNamed,
  alarmsOf,
  type DataPoint,
  evaluateAlarm,
  type Transition,
} from './alarm-evaluator.ts';

const minute = 60;
const prefix = 'ims-token-rotator/prod';
const tickSeconds = 15 * minute;

/** A rotator with real ticks on a fake clock, watched by the alarms of its template. */
export interface WatchedRotator {
  readonly parts: Parts;
  /** Seconds since the deployment. */
  readonly elapsed: () => number;
  readonly createClientSecret: (credential: string, value?: string) => void;
  readonly createTokenSecret: (credential: string) => void;
  /** Stores a credential that IMS knows, and renews it as the event of that would. */
  readonly store: (credential: string) => Promise<void>;
  /** Sets or clears the tag that pauses a credential. */
  readonly pause: (credential: string, paused: boolean) => Promise<void>;
  readonly deleteSecrets: (credential: string) => Promise<void>;
  readonly tick: () => Promise<void>;
  /** Ticks on schedule until this many seconds after the deployment. */
  readonly ticksUntil: (elapsed: number) => Promise<void>;
  /** Advances the clock without a tick, to this many seconds after the deployment. */
  readonly silenceUntil: (elapsed: number) => void;
  /** The transitions of an alarm, in seconds since the deployment. */
  readonly history: (alarm: string, options?: HistoryOptions) => readonly Transition[];
}

export interface HistoryOptions {
  /** @default 2 */
  readonly extraPeriods?: number | undefined;
  /** Seconds after the deployment at which the alarm was created. @default 0 */
  readonly from?: number | undefined;
}

export const alarmIds = [
  'LifeLeft',
  'LifeLeftUrgent',
  'PausedLifeLeft',
  'Failing',
  'NewFailure',
  'Silence',
  'EventsDropped',
  'Throttles',
];

export async function startWatchedRotator(): Promise<WatchedRotator> {
  const parts = await startParts();
  const client = plainClient(parts);
  const points: DataPoint[] = [];
  let rules: readonly AlarmRule[] | undefined;
  const elapsed = (): number => parts.clock.seconds - now;
  const count = (namespace: string, name: string, value: number): void => {
    points.push({ at: parts.clock.seconds, namespace, name, value });
  };
  /** An invocation: Lambda counts one that fails, and CloudWatch what the function emits. */
  const invoke = async (
    command: Command,
    work: (run: Run, report: Report) => Promise<void>,
  ): Promise<void> => {
    const run = parts.run();
    const hasFailed = await reportRun(run, command, (report) => work(run, report)).then(
      () => false,
      () => true,
    );
    count('AWS/Lambda', 'Errors', hasFailed ? 1 : 0);
    for (const [name, value] of parts.metrics.splice(0)) count('ImsTokenRotator', name, value);
  };
  const tickNow = (): Promise<void> => invoke({ action: 'tick' }, tick);
  const create = (name: string, value?: string): void => {
    const secretString = value === undefined ? {} : { secretString: value };
    parts.secretsManager.seed({ name: `${prefix}/${name}`, ...secretString });
  };
  return {
    parts,
    elapsed,
    createClientSecret: (credential, value) => create(`${credential}/client`, value),
    createTokenSecret: (credential) => create(`${credential}/token`),
    store: async (credential) => {
      const clientId = `client-${credential}`;
      const clientSecret = clientSecretOf(credential);
      parts.ims.registerClient({ clientId, clientSecrets: [clientSecret], scopes: ['openid'] });
      const document = { client_id: clientId, client_secret: clientSecret, scope: 'openid' };
      const SecretString = JSON.stringify(document);
      const SecretId = `${prefix}/${credential}/client`;
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
      const force = { force: false } as const;
      await invoke({ action: 'renew', credentials: [credential], force }, async (run, report) =>
        report(await renew(run, credential, force)),
      );
    },
    pause: async (credential, paused) => {
      const Tags = [{ Key: tagKeys.paused, Value: String(paused) }];
      const SecretId = `${prefix}/${credential}/token`;
      await client.send(new TagResourceCommand({ SecretId, Tags }));
    },
    deleteSecrets: async (credential) => {
      for (const kind of ['client', 'token']) {
        const SecretId = `${prefix}/${credential}/${kind}`;
        await client.send(new DeleteSecretCommand({ SecretId }));
      }
    },
    tick: tickNow,
    ticksUntil: async (end) => {
      while (elapsed() + tickSeconds <= end) {
        parts.clock.advance(tickSeconds);
        await tickNow();
      }
    },
    silenceUntil: (end) => parts.clock.advance(end - elapsed()),
    history: (alarm, { extraPeriods = 2, from = 0 } = {}) => {
      rules ??= alarmsOf(deployedTemplate());
      return evaluateAlarm(alarmNamed(rules, alarm), points, {
        from: now + from,
        to: parts.clock.seconds,
        extraPeriods,
      }).map(({ at, to }) => ({ at: at - now, to }));
    },
  };
}

/** The template of a rotator with a name, and defaults for everything else. */
function deployedTemplate(): Template {
  const stack = new Stack(new App(), 'Deployed');
  new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'prod' }).addCredential('fusion');
  return Template.fromStack(stack);
}
