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

/** A rotator whose real ticks are watched by the alarms of the template, on a clock of its own. */
export interface WatchedRotator {
  readonly parts: Parts;
  /** Seconds since the deployment. */
  readonly elapsed: () => number;
  readonly createClientSecret: (credential: string) => void;
  readonly createTokenSecret: (credential: string) => void;
  /** Stores a credential that IMS knows, and has it renewed by the event of that. */
  readonly store: (credential: string) => Promise<void>;
  readonly deleteSecrets: (credential: string) => Promise<void>;
  readonly tick: () => Promise<void>;
  /** Ticks on schedule until so many seconds after the deployment. */
  readonly ticksUntil: (elapsed: number) => Promise<void>;
  /** Time in which nothing ticks. */
  readonly silenceUntil: (elapsed: number) => void;
  /** What an alarm did since the deployment, in seconds since then. */
  readonly history: (alarm: string, options?: HistoryOptions) => readonly Transition[];
}

export interface HistoryOptions {
  /** How many credentials the stack declares. @default 1 */
  readonly declared?: number;
  /** @default 2 */
  readonly extraPeriods?: number;
  /** Seconds after the deployment from which on the alarm stands as it does. */
  readonly from?: number;
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

/** The template of a rotator of which nothing but the name and the credentials is set. */
function deployedTemplate(declared: number): Template {
  const stack = new Stack(new App(), 'Deployed');
  const rotator = new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'prod' });
  for (let index = 0; index < declared; index += 1)
    rotator.addCredential(`credential-${index}`, {});
  return Template.fromStack(stack);
}
