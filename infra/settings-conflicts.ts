import { Duration } from 'aws-cdk-lib';
import { paceLimits } from '../core/contract.ts';
import {
  type AlarmThresholds,
  alarmThresholds,
  isThreshold,
  pageProblem,
  thresholdsProblem,
} from './alarm-thresholds.ts';
import { prefixProblem } from './names.ts';
import { dividedPaces, shareProblem } from './pace.ts';
import { marginProblem } from './renewal-margin.ts';
import { shardLimits, turnsProblem } from './shards.ts';
import { tickLimits, tickProblem, timeoutLimits, timingDefaults } from './timing.ts';

type Add = (path: readonly string[], message: string) => void;

/** Reports settings that are valid alone but conflict, with each other or with those of other apps. */
export function addConflicts(value: unknown, add: Add): void {
  const settings = entriesOf(value);
  const alarms = entriesOf(settings['alarms']);
  const shared = prefixProblem(settings['prefix']);
  if (shared !== undefined) add(['prefix'], shared);
  addAlarmConflicts(alarms, tickOf(settings), add);
  addNetworkConflicts(settings, add);
  const { secretArn, secretKeyArn } = entriesOf(settings['proxy']);
  if (secretKeyArn !== undefined && secretArn === undefined) {
    add(['proxy', 'secretKeyArn'], 'needs the secretArn that it encrypts');
  }
  addTimingConflicts(settings, add);
  addShardConflicts(settings, add);
  const late = (renewBefore: unknown): string | undefined =>
    lateProblem(renewBefore, tickOf(settings), thresholdsOf(alarms));
  const problem = late(undefined);
  if (problem !== undefined) add(['tickMinutes'], problem);
  for (const [name, credential] of Object.entries(entriesOf(settings['credentials']))) {
    addCredentialConflicts(entriesOf(credential), late, (path, message) =>
      add(['credentials', name, ...path], message),
    );
  }
}

function addShardConflicts(settings: Entries, add: Add): void {
  const { shards = shardLimits.least, shardStems } = settings;
  const tick = tickOf(settings);
  const { least, most } = shardLimits;
  const isCount = typeof shards === 'number' && Number.isInteger(shards);
  if (!isCount || shards < least || shards > most) return;
  for (const name of dividedPaces) {
    const pace = settings[name];
    const isPace = typeof pace === 'number' && pace >= paceLimits[name].least;
    const problem = isPace ? shareProblem(pace, shards) : undefined;
    if (problem !== undefined) add([name], problem);
  }
  const problem = tick && turnsProblem(tick, shards);
  if (problem !== undefined) add(['tickMinutes'], problem);
  if (shards === 1 && Array.isArray(shardStems) && shardStems.length > 0) {
    add(['shardStems'], 'needs the shards among which the stems divide the credentials');
  }
}

function addTimingConflicts(settings: Entries, add: Add): void {
  const tick = tickOf(settings);
  const timeout = minutesOf(settings['timeoutMinutes'], timeoutLimits, timingDefaults.timeout);
  if (timeout === undefined) return;
  const problem = tick === undefined ? undefined : tickProblem({ timeout, tick });
  if (problem !== undefined) add(['tickMinutes'], problem);
}

function addAlarmConflicts(alarms: Entries, tick: Duration | undefined, add: Add): void {
  const { emails, topicArn } = alarms;
  if (Array.isArray(emails) && emails.length > 0 && topicArn !== undefined) {
    add(['alarms', 'emails'], 'conflicts with topicArn; subscribe the addresses to that topic');
  }
  const thresholds = thresholdsOf(alarms);
  if (thresholds === undefined) return;
  const late = tick && pageProblem(thresholds.pagePercent, tick.toSeconds());
  const problem = thresholdsProblem(thresholds) ?? late;
  if (problem !== undefined) add(['alarms', 'thresholds'], problem);
}

function addNetworkConflicts({ vpcId, subnetIds, securityGroupIds }: Entries, add: Add): void {
  const isEmpty = subnetIds === undefined || (Array.isArray(subnetIds) && subnetIds.length === 0);
  if (vpcId !== undefined && isEmpty) {
    add(
      ['subnetIds'],
      'is missing: list private subnets of the VPC that have a route to Adobe IMS',
    );
  }
  if (vpcId === undefined && !isEmpty) add(['subnetIds'], 'needs the vpcId that they belong to');
  if (vpcId === undefined && securityGroupIds !== undefined) {
    add(['securityGroupIds'], 'needs the vpcId that they belong to');
  }
}

function addCredentialConflicts(
  credential: Entries,
  late: (renewBefore: unknown) => string | undefined,
  add: Add,
): void {
  const { product, scopes, renewBefore, clientSecretArn, clientSecretKeyArn } = credential;
  if (product !== undefined && scopes !== undefined) {
    add(['scopes'], 'conflicts with product; give one of them');
  }
  if (clientSecretKeyArn !== undefined && clientSecretArn === undefined) {
    add(
      ['clientSecretKeyArn'],
      'needs clientSecretArn; use keyArn for the secrets that the stack creates',
    );
  }
  addRotationConflicts(credential, add);
  const problem = renewBefore === undefined ? undefined : late(renewBefore);
  if (problem !== undefined) add(['renewBefore'], problem);
}

function addRotationConflicts(credential: Entries, add: Add): void {
  const { clientSecretArn, clientSecretRotation, clientSecretRotationSchedule } = credential;
  if (clientSecretRotation === true && clientSecretArn !== undefined) {
    add(
      ['clientSecretRotation'],
      'conflicts with clientSecretArn: only a client secret that the stack creates is rotated',
    );
  }
  if (clientSecretRotationSchedule !== undefined && clientSecretRotation !== true) {
    add(['clientSecretRotationSchedule'], 'needs clientSecretRotation: true');
  }
}

function lateProblem(
  renewBefore: unknown,
  tick: Duration | undefined,
  thresholds: AlarmThresholds | undefined,
): string | undefined {
  if (tick === undefined || thresholds === undefined) return undefined;
  const seconds = renewBefore === undefined ? undefined : secondsOf(renewBefore);
  if (renewBefore !== undefined && seconds === undefined) return undefined;
  return marginProblem({
    renewBefore: seconds,
    tick: tick.toSeconds(),
    pagePercent: thresholds.pagePercent,
  });
}

function secondsOf(renewBefore: unknown): number | undefined {
  try {
    return Duration.parse(String(renewBefore)).toSeconds();
  } catch {
    return undefined;
  }
}

type Entries = Readonly<Record<string, unknown>>;

function entriesOf(value: unknown): Entries {
  return typeof value === 'object' && value !== null ? (value as Entries) : {};
}

// Undefined where the value is invalid by itself, which is reported elsewhere.

function tickOf(settings: Entries): Duration | undefined {
  return minutesOf(settings['tickMinutes'], tickLimits, timingDefaults.tick);
}

function minutesOf(
  value: unknown,
  { least, most }: { readonly least: number; readonly most: number },
  byDefault: Duration,
): Duration | undefined {
  if (value === undefined) return byDefault;
  const isValid = typeof value === 'number' && Number.isInteger(value);
  return isValid && value >= least && value <= most ? Duration.minutes(value) : undefined;
}

function thresholdsOf(alarms: Entries): AlarmThresholds | undefined {
  const { pagePercent, urgentPercent } = entriesOf(alarms['thresholds']);
  if (!isOptionalThreshold(pagePercent) || !isOptionalThreshold(urgentPercent)) return undefined;
  return alarmThresholds({ pagePercent, urgentPercent });
}

function isOptionalThreshold(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && isThreshold(value));
}
