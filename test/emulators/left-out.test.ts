import { expect, it } from 'vitest';
import { cloudtrail } from '../../emulators/account/cloudtrail.ts';
import { cloudwatch } from '../../emulators/account/cloudwatch.ts';
import { kms } from '../../emulators/account/kms.ts';
import { scheduler } from '../../emulators/account/scheduler.ts';
import { sns } from '../../emulators/account/sns.ts';
import { sts } from '../../emulators/account/sts.ts';
import { operations } from '../../emulators/secrets-manager/operations.ts';
import { read } from '../support/document.ts';

it.each([
  ['Secrets Manager', operations],
  ['EventBridge Scheduler', scheduler.operations],
  ['CloudWatch', cloudwatch.operations],
  ['CloudTrail', cloudtrail.operations],
  ['KMS', kms.operations],
  ['SNS', sns.operations],
  ['STS', sts.operations],
])('the table of what is emulated names the operations of %s', (service, emulated) => {
  const row = read('emulators/README.md')
    .split('\n')
    .find((line) => line.startsWith(`| ${service} |`));
  const [, , cell = '', leftOut = ''] = row?.split('|') ?? [];
  const named = cell.split(',').map((name) => name.trim());
  const names = [...emulated.keys()];
  expect(named.filter((name) => /^[A-Z]\w+[a-z]$/.test(name)).toSorted()).toEqual(names.toSorted());
  expect(names.filter((name) => new RegExp(`\\b${name}\\b`).test(leftOut))).toEqual([]);
});
