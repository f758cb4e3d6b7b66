import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { metricUnits, tagKeys } from '../../core/contract.ts';
import { ImsTokenRotator } from '../../infra/ims-token-rotator.ts';
import { rotatorMetric } from '../../infra/metrics.ts';
import { startRotator } from '../support/start-rotator.ts';
import { alarmsOf } from './alarm-evaluator.ts';
import { monitoredTemplate } from './monitored-stack.ts';

interface Emitted {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

/** The metrics that the deployed bundle emits in a tick that renews, beside a paused token. */
async function emittedByBundle() {
  const { world, client, onboard, invoke } = await startRotator();
  await onboard('paused');
  await invoke({ action: 'tick' });
  const SecretId = world.secretId('paused', 'token');
  const Tags = [{ Key: tagKeys.paused, Value: 'true' }];
  await client.send(new TagResourceCommand({ SecretId, Tags }));
  await onboard('fusion');
  await invoke({ action: 'tick' });
  const lines = world.lambda
    .logs(world.functionName)
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  const directives: readonly Emitted[] = lines[1]._aws.CloudWatchMetrics;
  return { values: lines[1], directives };
}

const metricNames = Object.keys(metricUnits) as readonly (keyof typeof metricUnits)[];

describe('the metrics of the alarms', () => {
  it('are metrics that the bundle emits, with the same namespace and dimension', async () => {
    const { values, directives } = await emittedByBundle();
    const [emitted, ...others] = directives;
    expect(others).toEqual([]);
    const names = emitted?.Metrics.map(({ Name }) => Name);
    // No client secret rotates here.
    const expected = metricNames.filter((name) => name !== 'ClientSecretRotationOverdue');
    expect(new Set(names)).toEqual(new Set(expected));

    const alarms = alarmsOf(monitoredTemplate({ rotator: values.rotator })).filter(
      ({ Namespace }) => Namespace === emitted?.Namespace,
    );
    expect(alarms).toHaveLength(5);
    for (const alarm of alarms) {
      expect(names).toContain(alarm.MetricName);
      expect([alarm.Dimensions.map(({ Name }) => Name)]).toEqual(emitted?.Dimensions);
      for (const { Name, Value } of alarm.Dimensions) expect(Value).toBe(values[Name]);
      // Values in other units do not count, whoever puts them there.
      const { Unit } = emitted?.Metrics.find(({ Name }) => Name === alarm.MetricName) ?? {};
      expect([alarm.MetricName, alarm.Unit]).toEqual([alarm.MetricName, Unit]);
      expect(Unit).toBeDefined();
    }
    // All other alarms are on metrics of Lambda.
    const rest = alarmsOf(monitoredTemplate()).filter(
      ({ Namespace }) => Namespace !== emitted?.Namespace,
    );
    expect(rest.map(({ Namespace, MetricName }) => [Namespace, MetricName])).toEqual([
      ['AWS/Lambda', 'Errors'],
      ['AWS/Lambda', 'AsyncEventsDropped'],
      ['AWS/Lambda', 'Throttles'],
    ]);
  });
});

describe('the dimension of the metrics', () => {
  it('is the rotator’s name, which the function gets in its environment', () => {
    const stack = new Stack(new App(), 'SomeStack');
    new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'some-name' });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { IMS_TOKEN_ROTATOR_NAME: 'some-name' } },
    });
    const own = alarmsOf(template).filter(({ Namespace }) => Namespace === 'ImsTokenRotator');
    expect(own).toHaveLength(5);
    for (const { Dimensions } of own) {
      expect(Dimensions).toEqual([{ Name: 'rotator', Value: 'some-name' }]);
    }
  });
});

describe('rotatorMetric', () => {
  it('defaults to a statistic and a period that suit the metric', () => {
    const shown = metricNames.map((name) => {
      const { statistic, period } = rotatorMetric('prod', name);
      return [name, statistic, period.toMinutes()];
    });
    expect(shown).toEqual([
      ['Ticks', 'Sum', 5],
      ['Managed', 'Maximum', 15],
      ['Renewed', 'Sum', 15],
      ['Failing', 'Maximum', 15],
      ['Paused', 'Maximum', 15],
      ['MinLifeLeft', 'Minimum', 15],
      ['MinSecondsToExpiry', 'Minimum', 15],
      ['MinPausedLifeLeft', 'Minimum', 15],
      ['ClientSecretRotationOverdue', 'Maximum', 15],
      ['RenewalDuration', 'p99', 15],
    ]);
  });

  it('accepts another statistic and period, but no other dimension', () => {
    const metric = rotatorMetric('prod', 'Renewed', {
      statistic: 'Average',
      period: Duration.hours(1),
      label: 'renewals',
      dimensionsMap: { service: 'other' },
    });
    expect(metric).toMatchObject({ namespace: 'ImsTokenRotator', statistic: 'Average' });
    expect(metric.period.toHours()).toBe(1);
    expect(metric.dimensions).toEqual({ rotator: 'prod' });
    expect(new Stack(new App(), 'S').resolve(metric.label)).toBe('renewals');
  });
});
