import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import {
  credentialNamePattern,
  credentialNameRule,
  durationPattern,
  durationRule,
  mostShardStems,
  paceLimits,
  prefixPattern,
  prefixRule,
  products,
  rotatorNamePattern,
  rotatorNameRule,
  scopePattern,
  scopesTagProblem,
} from '../core/contract.ts';
import { thresholdLimits, thresholdRule } from './alarm-thresholds.ts';
import { rotationSchedulePattern, rotationScheduleRule } from './client-secret-rotation.ts';
import {
  hasProxyUser,
  isProxyUrl,
  proxyExceptionPattern,
  proxyExceptionRule,
  proxyUrlPattern,
  proxyUrlRule,
  proxyUserRule,
} from './proxy.ts';
import { shardLimits, shardStemRule, shardStemsRule } from './shards.ts';
import { tickLimits, timeoutLimits } from './timing.ts';

/** The error for a value that breaks a rule. */
const must =
  (be: string) =>
  ({ received }: { readonly received: string }): string =>
    `must be ${be}; it is ${received}`;

const retentionDays = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

const yesOrNo = v.optional(v.boolean(must('true or false')));

// Valibot accepts a list as an object.
const noList = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), 'must be an object, not a list'),
);

/** An object whose error about an unknown key lists the known ones. */
function settingsObject<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    noList,
    v.strictObject(entries, (issue) => {
      if (issue.expected === 'Object') return must('an object')(issue);
      const isUnknown = issue.expected === 'never';
      return isUnknown
        ? `is unknown; the settings here are ${Object.keys(entries).join(', ')}`
        : 'is missing';
    }),
  );
}

function text(pattern: RegExp, rule: string) {
  return v.pipe(v.string(must(rule)), v.regex(pattern, must(rule)));
}

function wholeNumber({ least, most }: { readonly least: number; readonly most: number }) {
  const rule = must(`a whole number from ${least} to ${most}`);
  return v.optional(
    v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule), v.maxValue(most, rule)),
  );
}

function percent() {
  const { above, below } = thresholdLimits;
  const rule = must(`a number ${thresholdRule}`);
  return v.optional(v.pipe(v.number(rule), v.gtValue(above, rule), v.ltValue(below, rule)));
}

function arn(service: string, resource: string, example: string) {
  const pattern = new RegExp(`^arn:[a-z-]+:${service}:[a-z0-9-]+:\\d{12}:${resource}$`);
  return v.optional(text(pattern, `an ARN, for example ${example}`));
}

function list<const Item extends v.GenericSchema>(item: Item) {
  return v.optional(v.array(item, must('a list')));
}

function id(kind: string) {
  const pattern = new RegExp(`^${kind}-[0-9a-f]{8}([0-9a-f]{9})?$`);
  return text(pattern, `an id, for example ${kind}-0123456789abcdef0`);
}

const keyArn = arn(
  'kms',
  'key/[A-Za-z0-9-]+',
  'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab (not an alias)',
);

const secretArn = arn(
  'secretsmanager',
  'secret:.+-[A-Za-z0-9]{6}',
  'arn:aws:secretsmanager:eu-west-1:111122223333:secret:name-AbCdEf (complete, with the six random characters at its end)',
);

const credential = settingsObject({
  product: v.optional(
    v.picklist(
      products,
      must(`one of ${products.join(', ')} (for another product give its scopes)`),
    ),
  ),
  scopes: v.optional(
    v.pipe(
      v.array(v.string(must('a scope')), must('a list of scopes')),
      v.check(
        (scopes) => scopesTagProblem(scopes) === undefined,
        ({ input }) => `${scopesTagProblem(input)}`,
      ),
      v.metadata({ minItems: 1, items: { type: 'string', pattern: scopePattern.source } }),
    ),
  ),
  renewBefore: v.optional(text(durationPattern, durationRule)),
  clientSecretArn: secretArn,
  clientSecretKeyArn: keyArn,
  clientSecretRotation: yesOrNo,
  clientSecretRotationSchedule: v.optional(text(rotationSchedulePattern, rotationScheduleRule)),
  keyArn,
});

const credentialName = v.pipe(
  v.string(),
  v.regex(credentialNamePattern, `the name of a credential must be ${credentialNameRule}`),
);

const alarms = settingsObject({
  emails: list(text(/^[^\s@]+@[^\s@]+$/, 'an e-mail address')),
  topicArn: arn('sns', '[A-Za-z0-9_-]+', 'arn:aws:sns:eu-west-1:111122223333:pager'),
  thresholds: v.optional(settingsObject({ pagePercent: percent(), urgentPercent: percent() })),
});

// The error does not show the value, which may hold a password.
const proxyUrl = v.pipe(
  v.string(`must be ${proxyUrlRule}`),
  v.check((url) => !hasProxyUser(url), proxyUserRule('proxy.secretArn')),
  v.check(isProxyUrl, `must be ${proxyUrlRule}`),
  v.metadata({ pattern: proxyUrlPattern.source }),
);

const proxy = settingsObject({
  url: proxyUrl,
  exceptions: list(text(proxyExceptionPattern, proxyExceptionRule)),
  secretArn,
  secretKeyArn: keyArn,
});

/**
 * The settings, but for the conflicts among them. The JSON Schema is made of this: where a check is a
 * function, the metadata beside it say as much of it as a schema can.
 */
export const settingsDefinition = settingsObject({
  rotatorName: v.optional(text(rotatorNamePattern, rotatorNameRule)),
  prefix: v.optional(text(prefixPattern, prefixRule)),
  credentials: v.optional(
    v.pipe(noList, v.record(credentialName, credential, must('an object of credentials by name'))),
    {},
  ),
  tickMinutes: wholeNumber(tickLimits),
  shards: wholeNumber(shardLimits),
  concurrency: wholeNumber(paceLimits.concurrency),
  imsRequestsPerSecond: wholeNumber(paceLimits.imsRequestsPerSecond),
  writesPerSecond: wholeNumber(paceLimits.writesPerSecond),
  shardStems: v.optional(
    v.pipe(
      v.array(text(credentialNamePattern, shardStemRule), must('a list')),
      v.maxLength(mostShardStems, `must be ${shardStemsRule}`),
    ),
  ),
  timeoutMinutes: wholeNumber(timeoutLimits),
  alarms: v.optional(alarms),
  dashboard: yesOrNo,
  keyArn,
  vpcId: v.optional(id('vpc')),
  subnetIds: list(id('subnet')),
  securityGroupIds: list(id('sg')),
  proxy: v.optional(proxy),
  caCertificates: v.optional(v.string(must('the path of a PEM file'))),
  logRetentionDays: v.optional(
    v.picklist(retentionDays, must(`one of ${retentionDays.join(', ')}`)),
  ),
  validate: yesOrNo,
  nativeRotation: yesOrNo,
  retainSecrets: yesOrNo,
  tracing: yesOrNo,
  /** Names the JSON Schema, for editors. */
  $schema: v.optional(v.string(must('the address of a JSON Schema'))),
});
