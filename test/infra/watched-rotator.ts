import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ImsTokenRotator } from '../../infra/ims-token-rotator.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { now } from '../support/builders.ts';
import { type Parts, plainClient, startParts } from '../support/start-parts.ts';
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
  readonly createClientSecret: (credential: string) => void;
  readonly createTokenSecret: (credential: string) => void;
  /** Stores a credential that IMS knows, and renews it as the event of that would. */
  readonly store: (credential: string) => Promise<void>;
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
  /** The number of credentials that the stack declares. @default 1 */
  readonly declared?: number | undefined;
  /** @default 2 */
  readonly extraPeriods?: number | undefined;
  /** Seconds after the deployment at which the alarm was created. @default 0 */
  readonly from?: number | undefined;
}

export const alarmIds = [
  'LifeLeft',
  'LifeLeftUrgent',
  'Failing',
  'Silence',
  'FewerManaged',
  'EventsDropped',
  'Throttles',
];

export async function startWatchedRotator(): Promise<WatchedRotator> {
  const parts = await startParts();
  const client = plainClient(parts);
  const points: DataPoint[] = [];
  const rules = new Map<number, readonly AlarmRule[]>();
  const elapsed = (): number => parts.clock.seconds - now;
  const record = (): void => {
    for (const [name, value] of parts.metrics.splice(0)) {
      points.push({ at: parts.clock.seconds, namespace: 'ImsTokenRotator', name, value });
    }
  };
  const tickNow = async (): Promise<void> => {
    await tick(parts.run());
    record();
  };
  const create = (name: string): void => {
    parts.secretsManager.seed({ name: `${prefix}/${name}` });
  };
  return {
    parts,
    elapsed,
    createClientSecret: (credential) => create(`${credential}/client`),
    createTokenSecret: (credential) => create(`${credential}/token`),
    store: async (credential) => {
      const clientId = `client-${credential}`;
      const clientSecret = `secret-of-${credential}`;
      parts.ims.registerClient({ clientId, clientSecrets: [clientSecret], scopes: ['openid'] });
      const document = { client_id: clientId, client_secret: clientSecret, scope: 'openid' };
      const SecretString = JSON.stringify(document);
      const SecretId = `${prefix}/${credential}/client`;
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
      await renew(parts.run(), credential, { force: false });
      record();
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
    history: (alarm, { declared = 1, extraPeriods = 2, from = 0 } = {}) => {
      const known = rules.get(declared) ?? alarmsOf(deployedTemplate(declared));
      rules.set(declared, known);
      return evaluateAlarm(alarmNamed(known, alarm), points, {
        from: now + from,
        to: parts.clock.seconds,
        extraPeriods,
      }).map(({ at, to }) => ({ at: at - now, to }));
    },
  };
}

/** The template of a rotator with a name and credentials, and defaults for everything else. */
function deployedTemplate(declared: number): Template {
  const stack = new Stack(new App(), 'Deployed');
  const rotator = new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'prod' });
  for (let index = 0; index < declared; index += 1)
    rotator.addCredential(`credential-${index}`, {});
  return Template.fromStack(stack);
}
