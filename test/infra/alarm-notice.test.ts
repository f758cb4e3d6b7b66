import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { type AlarmRule, alarmNamed, alarmsOf, evaluateAlarm } from './alarm-evaluator.ts';

const minute = 60;
const hour = 60 * minute;
const lifetime = 24 * hour;
const namespace = 'ImsTokenRotator';

interface Settings {
  readonly tick: number;
  readonly pagePercent?: number;
  readonly renewBefore?: number;
}

/** The alarms of a rotator that synthesis accepts. */
function alarmsAt({ tick, pagePercent = 16, renewBefore = 12 * hour }: Settings): AlarmRule[] {
  const stack = new Stack(new App(), 'Stack');
  const rotator = new ImsTokenRotator(stack, 'Rotator', {
    tick: Duration.seconds(tick),
    alarms: { pagePercent, urgentPercent: 1 },
  });
  rotator.addCredential('fusion', { renewBefore: Duration.seconds(renewBefore) });
  return [...alarmsOf(Template.fromStack(stack))];
}

describe.each<Settings>([
  { tick: 15 * minute },
  { tick: 15 * minute, pagePercent: 3.2, renewBefore: 1.5 * hour },
  { tick: 60 * minute },
  { tick: 60 * minute, pagePercent: 6.3, renewBefore: 4.5 * hour },
  { tick: 120 * minute, pagePercent: 10.5, renewBefore: 8.5 * hour },
  { tick: 172 * minute },
])('with the accepted settings %o', (settings) => {
  const { tick, renewBefore = 12 * hour } = settings;
  const alarms = alarmsAt(settings);

  it.each([
    ['LifeLeft', 'MinLifeLeft'],
    ['PausedLifeLeft', 'MinPausedLifeLeft'],
  ])('%s is raised half an hour before a token expires, whenever the ticks come', (id, name) => {
    const alarm = alarmNamed(alarms, id);
    for (let phase = 0; phase < tick; phase += 5 * minute) {
      const ats = Array.from({ length: Math.ceil(lifetime / tick) }, (_, i) => phase + i * tick);
      const points = ats.map((at) => {
        return { at, namespace, name, value: (100 * (lifetime - at)) / lifetime };
      });
      const states = evaluateAlarm(alarm, points, { from: 0, to: lifetime, extraPeriods: 2 });
      const raised = states.find(({ to }) => to === 'ALARM');
      expect(raised?.at).toBeLessThanOrEqual(lifetime - hour / 2);
    }
  });

  it.each([0, 2, 5])(
    'Silence is raised half an hour before, with %i extra periods',
    (extraPeriods) => {
      const [from, last] = [4 * tick, 8 * tick];
      const points = Array.from({ length: 9 }, (_, i) => {
        return { at: i * tick, namespace, name: 'Ticks', value: 1 };
      });
      const evaluation = { from, to: last + renewBefore, extraPeriods };
      const states = evaluateAlarm(alarmNamed(alarms, 'Silence'), points, evaluation);
      expect(states.map(({ to }) => to)).toEqual(['OK', 'ALARM']);
      // The last tick may have left a token that was about to be due.
      expect(states[1]?.at).toBeLessThanOrEqual(last + renewBefore - hour / 2);
    },
  );
});
