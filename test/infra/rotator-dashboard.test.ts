import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/ims-token-rotator.ts';
import { startRotator } from '../support/start-rotator.ts';
import { monitoredTemplate } from './monitored-stack.ts';

interface Widget {
  readonly type: string;
  readonly y: number;
  readonly width: number;
  readonly properties: {
    readonly title: string;
    readonly query?: string;
    readonly view?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** The dashboard's body, with its references as text. */
function dashboard(): { readonly widgets: readonly Widget[]; readonly periodOverride: string } {
  const [resource] = Object.values(monitoredTemplate().findResources('AWS::CloudWatch::Dashboard'));
  const parts: readonly (string | object)[] = resource?.['Properties'].DashboardBody['Fn::Join'][1];
  const text = parts.map((part) =>
    typeof part === 'string' ? part : JSON.stringify(part).replaceAll('"', ''),
  );
  return JSON.parse(text.join(''));
}

/** The clauses of the log query, by command. */
function query(): Readonly<Record<string, string>> {
  const widget = dashboard().widgets.find(({ type }) => type === 'log');
  const clauses = widget?.properties.query?.split(/\s*\|\s*/).slice(1) ?? [];
  return Object.fromEntries(clauses.map((clause) => clause.split(/ (.*)/)));
}

describe('the dashboard', () => {
  it('starts with the state of every alarm and ends with a table of outcomes', () => {
    const { widgets, periodOverride } = dashboard();
    expect(periodOverride).toBe('inherit');
    expect(widgets.map(({ type, properties }) => [type, properties.title])).toEqual([
      ['alarm', 'Alarms'],
      ['metric', 'Now'],
      ['metric', 'Hours to first expiry'],
      ['metric', 'Renewals and failures'],
      ['metric', 'Duration (ms)'],
      ['log', 'Last outcome of each credential'],
    ]);
    expect(widgets[0]?.properties.alarms).toHaveLength(8);
    expect(widgets.at(-1)?.properties.view).toBe('table');
    const rows = Map.groupBy(widgets, ({ y }) => y);
    for (const row of rows.values()) {
      expect(row.reduce((total, { width }) => total + width, 0)).toBe(24);
    }
  });

  it('has no row of alarms when alarms are disabled', () => {
    const stack = new Stack(new App(), 'S');
    new ImsTokenRotator(stack, 'Rotator', { alarms: { enabled: false }, dashboard: true });
    const [{ Properties } = {}] = Object.values(
      Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'),
    );
    const text = JSON.stringify(Properties);
    expect(text).toContain('Hours to first expiry');
    expect(text).not.toContain('Alarms');
  });

  it('shows metrics of its own rotator and function only', () => {
    const metrics = dashboard().widgets.flatMap(({ properties }) => properties.metrics ?? []);
    const plain = metrics.filter(([namespace]) => typeof namespace === 'string');
    expect(plain).not.toEqual([]);
    for (const [namespace, , dimension, value] of plain) {
      expect([namespace, dimension]).toEqual(
        namespace === 'ImsTokenRotator'
          ? ['ImsTokenRotator', 'rotator']
          : ['AWS/Lambda', 'FunctionName'],
      );
      if (namespace === 'ImsTokenRotator') expect(value).toBe('prod');
    }
    const names = new Set(plain.map(([, name]) => name));
    for (const name of [
      'MinSecondsToExpiry',
      'Renewed',
      'Failing',
      'Paused',
      'MinPausedLifeLeft',
      'RenewalDuration',
    ]) {
      expect(names).toContain(name);
    }
    const [math] = metrics.filter(([first]) => typeof first === 'object');
    expect(math).toMatchObject([{ expression: 'seconds / 3600' }]);
  });

  it('queries the function’s log group for the last outcome of each credential', () => {
    const widget = dashboard().widgets.find(({ type }) => type === 'log');
    const [logGroup] = Object.keys(monitoredTemplate().findResources('AWS::Logs::LogGroup'));
    expect(widget?.properties.query).toMatch(new RegExp(`^SOURCE '\\{Ref:${logGroup}\\}'`));
    expect(query()).toMatchObject({ sort: '@timestamp desc', dedup: 'credential' });
  });

  it('selects by fields that the bundle logs, and selects outcomes only', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('well');
    const refused = await onboard('refused');
    for (const secret of refused.clientSecrets) {
      world.ims.client(refused.clientId).removeSecret(secret);
    }
    await invoke({ action: 'tick' });
    const lines = world.lambda
      .logs(world.functionName)
      .filter((line) => line.startsWith('{"level"'))
      .map((line): Record<string, unknown> => JSON.parse(line));
    expect(query()['filter']).toBe(
      'ispresent(credential) and (message = "renewed" or ispresent(code))',
    );
    const outcomes = lines.filter(
      (line) => 'credential' in line && (line['message'] === 'renewed' || 'code' in line),
    );
    expect(outcomes.map(({ credential, code }) => [credential, code]).sort()).toEqual([
      ['refused', 'ERR_TOKEN_REJECTED'],
      ['well', undefined],
    ]);
    const logged = new Set(outcomes.flatMap((line) => Object.keys(line)));
    const asked =
      query()
        ['fields']?.split(', ')
        .filter((field) => !field.startsWith('@')) ?? [];
    expect(asked).toContain('expires_at');
    for (const field of asked) expect(logged).toContain(field);
  });
});
