import { Duration } from 'aws-cdk-lib';
import { marginProblem } from '../renewal-margin.ts';
import { pagePercentOf, thresholdsProblem } from '../rotator-watch.ts';

type Add = (path: readonly string[], message: string) => void;

/** Tells of settings that are right each, and cannot work together. */
export function addCombinationProblems(value: unknown, add: Add): void {
  const settings = entriesOf(value);
  const { alarms, tickMinutes = 15, timeoutMinutes = 10 } = settings;
  addAlarmProblems(entriesOf(alarms), add);
  addNetworkProblems(settings, add);
  if (isMinutes(tickMinutes) && isMinutes(timeoutMinutes) && tickMinutes <= timeoutMinutes) {
    add(
      ['tickMinutes'],
      `must be more than timeoutMinutes (${timeoutMinutes}), or runs would overlap`,
    );
  }
  if (settings['validate'] === true && timeoutMinutes === 1) {
    add(['timeoutMinutes'], 'must be at least 2 with validate, or no renewal would be begun');
  }
  const late = (renewBefore: unknown): string | undefined =>
    lateProblem(renewBefore, tickMinutes, entriesOf(entriesOf(alarms)['thresholds']));
  const problem = late(undefined);
  if (problem !== undefined) add(['tickMinutes'], problem);
  for (const [name, credential] of Object.entries(entriesOf(settings['credentials']))) {
    addCredentialProblems(entriesOf(credential), late, (path, message) =>
      add(['credentials', name, ...path], message),
    );
  }
}

function addAlarmProblems({ emails, topicArn, thresholds }: Entries, add: Add): void {
  if (Array.isArray(emails) && emails.length > 0 && topicArn !== undefined) {
    add(['alarms', 'emails'], 'not together with topicArn: subscribe the addresses to that topic');
  }
  const percents = numbersOf(entriesOf(thresholds));
  const problem = percents === undefined ? undefined : thresholdsProblem(percents);
  if (problem !== undefined) add(['alarms', 'thresholds'], problem);
}

function addNetworkProblems({ vpcId, subnetIds, securityGroupIds }: Entries, add: Add): void {
  const isEmpty = subnetIds === undefined || (Array.isArray(subnetIds) && subnetIds.length === 0);
  if (vpcId !== undefined && isEmpty) {
    add(['subnetIds'], 'is missing: name private subnets of the VPC, with a way to Adobe IMS');
  }
  if (vpcId === undefined && !isEmpty) add(['subnetIds'], 'needs the vpcId that they are in');
  if (vpcId === undefined && securityGroupIds !== undefined) {
    add(['securityGroupIds'], 'needs the vpcId that they are in');
  }
}

function addCredentialProblems(
  credential: Entries,
  late: (renewBefore: unknown) => string | undefined,
  add: Add,
): void {
  const { product, scopes, renewBefore, clientSecretArn, clientSecretKeyArn } = credential;
  if (product !== undefined && scopes !== undefined) {
    add(['scopes'], 'not together with product: give either');
  }
  if (clientSecretKeyArn !== undefined && clientSecretArn === undefined) {
    add(['clientSecretKeyArn'], 'needs clientSecretArn; the key of new secrets is keyArn');
  }
  const problem = renewBefore === undefined ? undefined : late(renewBefore);
  if (problem !== undefined) add(['renewBefore'], problem);
}

function lateProblem(
  renewBefore: unknown,
  tickMinutes: unknown,
  thresholds: Entries,
): string | undefined {
  const percents = numbersOf(thresholds);
  if (!isMinutes(tickMinutes) || percents === undefined) return undefined;
  const seconds = renewBefore === undefined ? undefined : secondsOf(renewBefore);
  if (renewBefore !== undefined && seconds === undefined) return undefined;
  return marginProblem({
    renewBefore: seconds,
    tick: 60 * tickMinutes,
    pagePercent: pagePercentOf(percents),
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

// What is out of range by itself was told already.
function isMinutes(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= 1440;
}

function isPercent(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < 50;
}

function numbersOf({
  pagePercent,
  urgentPercent,
}: Entries):
  | { readonly pagePercent: number | undefined; readonly urgentPercent: number | undefined }
  | undefined {
  if (!(pagePercent === undefined || isPercent(pagePercent))) return undefined;
  if (!(urgentPercent === undefined || isPercent(urgentPercent))) return undefined;
  return { pagePercent, urgentPercent };
}
