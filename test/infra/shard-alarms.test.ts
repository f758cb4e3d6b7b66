import { describe, expect, it } from 'vitest';
import { alarmNamed, alarmsOf, type DataPoint, evaluateAlarm } from './alarm-evaluator.ts';
import { monitoredTemplate } from './monitored-stack.ts';

const minute = 60;
const tick = 15 * minute;
const shards = 4;
const alarms = alarmsOf(monitoredTemplate({ shards }));

/**
 * What the shards count from tick to tick, each at its turn: on time for three hours, and then up to
 * three minutes late.
 */
function points(
  name: string,
  count: number,
  valueIn: (shard: number, index: number) => number | undefined,
): DataPoint[] {
  return Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    Array.from({ length: shards }, (_, position) => position + 1).flatMap((shard) => {
      const value = valueIn(shard, index);
      if (value === undefined) return [];
      const late = index < 13 ? 0 : (index * 97 + shard * 11) % 181;
      const at = index * tick + Math.floor(((shard - 1) * 15) / shards) * minute + late;
      return [{ at, namespace: 'ImsTokenRotator', name, shard: `${shard}/${shards}`, value }];
    }),
  );
}

function states(id: string, data: readonly DataPoint[], extraPeriods = 2) {
  const from = 30 * minute;
  const end = 40 * tick;
  return evaluateAlarm(alarmNamed(alarms, id), data, { from, to: end, extraPeriods });
}

describe('the alarms on silence', () => {
  const ids = ['Silence', 'Silence2', 'Silence3', 'Silence4'];

  it('are one for each shard, which they name', () => {
    const silence = alarms.filter(({ MetricName }) => MetricName === 'Ticks');
    expect(silence.map(({ Dimensions }) => Dimensions)).toEqual(
      ['1/4', '2/4', '3/4', '4/4'].map((shard) => [
        { Name: 'rotator', Value: 'prod' },
        { Name: 'shard', Value: shard },
      ]),
    );
    for (const [index, id] of ids.entries()) {
      const { AlarmDescription: text } = alarmNamed(alarms, id);
      expect(text).toContain(
        `No tick of shard ${index + 1}/4 was completed for 30 minutes or more`,
      );
      expect(text).toContain('Deploying the shard raises this alarm once');
      expect(text).toContain(`{"action":"tick","shard":"${index + 1}/4"}`);
      expect(text).not.toContain('{"action":"tick"}');
    }
  });

  it('have texts that CloudWatch accepts, whatever the name', () => {
    const rotator = 'x'.repeat(128);
    for (const runbookUrl of [undefined, `https://${'y'.repeat(492)}`]) {
      for (const alarm of alarmsOf(monitoredTemplate({ rotator, shards: 10, runbookUrl }))) {
        expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024);
      }
    }
  });

  it('are raised by a shard that is silent among others, and by no other', () => {
    const data = points('Ticks', 40, (shard, index) =>
      shard === 3 && index >= 20 ? undefined : 1,
    );
    for (const extraPeriods of [0, 2, 5]) {
      for (const id of ids) {
        const transitions = states(id, data, extraPeriods);
        expect([id, ...transitions.map(({ to }) => to)]).toEqual(
          id === 'Silence3' ? [id, 'OK', 'ALARM'] : [id, 'OK'],
        );
      }
      const [, raised] = states('Silence3', data, extraPeriods);
      expect((raised?.at ?? 0) - 19 * tick).toBeLessThanOrEqual(5 * tick);
    }
  });

  it('tolerate a tick that one shard loses', () => {
    const data = points('Ticks', 40, (shard, index) =>
      shard === 2 && index === 20 ? undefined : 1,
    );
    for (const id of ids) expect(states(id, data).map(({ to }) => to)).toEqual(['OK']);
  });
});

describe('the alarms on what all shards count', () => {
  it.each([
    ['LifeLeft', 'MinLifeLeft', 10, 60],
    ['LifeLeftUrgent', 'MinLifeLeft', 3, 60],
    ['PausedLifeLeft', 'MinPausedLifeLeft', 10, 60],
    ['Failing', 'Failing', 1, 0],
  ])('%s is raised once while one shard of four reports %s=%d', (id, name, bad, good) => {
    const data = points(name, 40, (shard, index) =>
      shard === 2 && index >= 10 && index < 30 ? bad : good,
    );
    for (const extraPeriods of [0, 2, 5]) {
      const [before, raised, over, ...more] = states(id, data, extraPeriods);
      expect([before?.to, raised?.to, over?.to, more]).toEqual(['OK', 'ALARM', 'OK', []]);
      // A failure has to last for two ticks, whichever shard it is in.
      const first = id === 'Failing' ? 11 : 10;
      expect((raised?.at ?? 0) / tick - first).toBeLessThanOrEqual(0.5);
      expect((over?.at ?? 0) / tick - 30).toBeLessThanOrEqual(3);
    }
  });

  it('are not raised by a failure that the next tick repairs', () => {
    const data = points('Failing', 40, (shard, index) => (shard === 2 && index === 20 ? 1 : 0));
    expect(states('Failing', data).map(({ to }) => to)).toEqual(['OK']);
  });
});
