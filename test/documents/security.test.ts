import { describe, expect, it } from 'vitest';
import { defaultPrefix, metricNamespace, tagKeys } from '../../core/contract.ts';
import { alarmsOf } from '../infra/alarm-evaluator.ts';
import { monitoredTemplate } from '../infra/monitored-stack.ts';
import { firstCells, jsonOf, quoted, read, sectionsOf } from '../support/document.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const rights = sectionsOf(read('SECURITY.md'), '##').get('What each right allows') ?? '';
const [json = ''] = jsonOf(rights);
const statements: readonly Statement[] = JSON.parse(json).Statement;
const rows = rights.split('\n').filter((line) => /^\| `|^\| the /.test(line));

describe('the threat model', () => {
  it('has a row for each right, with what notices it and what closes it', () => {
    const named = firstCells(rights).join(' ');
    for (const right of [
      'lambda:UpdateFunctionConfiguration',
      'lambda:CreateFunction',
      'lambda:InvokeFunction',
      'iam:PassRole',
      'secretsmanager:PutSecretValue',
      'secretsmanager:TagResource',
      'secretsmanager:CreateSecret',
      'cloudwatch:PutMetricData',
      's3:PutObject',
    ]) {
      expect(named).toContain(`\`${right}\``);
    }
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const cells = row.split(' | ').map((cell) => cell.replaceAll('|', '').trim());
      expect(cells, row).toHaveLength(4);
      for (const cell of cells) expect(cell, row).not.toBe('');
    }
  });

  it('refers only to alarms that there are', () => {
    const alarms = alarmsOf(monitoredTemplate()).map(({ id }) =>
      id.replace(/^Alarms|[0-9A-F]{8}$/g, ''),
    );
    const noticed = rows.flatMap((row) => {
      const [, list = ''] = /\balarms? ((?:`\w+`(?:, | and )?)+)/.exec(row) ?? [];
      return quoted(list);
    });
    expect(noticed.length).toBeGreaterThan(3);
    for (const alarm of noticed) expect(alarms).toContain(alarm);
  });

  it('refers only to statements of its policy, which denies', () => {
    const numbers = new Set(statements.map(({ Sid }) => /\d/.exec(Sid)?.[0]));
    const cited = new Set(
      rows.flatMap((row) => [...row.matchAll(/statement (\d)/g)].map(([, number]) => number)),
    );
    expect(cited).toEqual(numbers);
    for (const { Effect } of statements) expect(Effect).toBe('Deny');
  });

  it('has a policy that fits one service control policy, and the rotator’s names', () => {
    // Without white space, as the console counts it.
    expect(JSON.stringify({ Statement: statements }).length).toBeLessThan(5120);
    const text = JSON.stringify(statements);
    expect(text).toContain(`secret:${defaultPrefix('')}*`);
    expect(text).toContain(`"cloudwatch:namespace":"${metricNamespace}"`);
    expect(tagKeys.paused).toMatch(/^ims-token-rotator:/);
  });
});
