import { describe, expect, it } from 'vitest';
import type { DoctorEvent, Health } from '../../../console/messages.ts';
import { hour } from '../../support/builders.ts';
import { seedCredential } from '../operator.ts';
import { next, openConsole } from './looker.ts';

describe('the health', () => {
  it('has the last tick, the alarms and a plot of each metric, with one call for each window', async () => {
    const { world, onboard, invoke, events } = await openConsole();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    world.aws.clearCalls();
    const stream = events<Health>('/api/health/events');
    const { at, lastTick, alarms, plots } = await next(stream);
    expect(lastTick).toEqual({ known: expect.any(Number) });
    expect(at - ('known' in lastTick ? (lastTick.known ?? 0) : 0)).toBeLessThan(120);
    const { states, findings } = 'known' in alarms ? alarms.known : { states: [], findings: [] };
    const metrics = states.map(({ metric }) => metric);
    expect(metrics).toEqual(expect.arrayContaining(['Ticks', 'MinLifeLeft', 'Failing', 'Errors']));
    expect(findings.map(({ check }) => check)).toEqual([
      'alarms',
      'alarm recipients',
      'mute rules',
    ]);
    for (const known of [plots.day, plots.week]) {
      const all = 'known' in known ? known.known : [];
      expect(all.map(({ metric, unit }) => [metric, unit])).toEqual([
        ['MinLifeLeft', 'percent'],
        ['Failing', 'count'],
        ['Renewed', 'count'],
        ['Duration', 'milliseconds'],
      ]);
      for (const { times, values } of all) {
        expect(times).toHaveLength(1);
        expect(values).toHaveLength(1);
      }
      expect(all[2]?.values).toEqual([1]);
      expect(all[3]?.values[0]).toBeGreaterThan(0);
    }
    const data = world.aws.calls.filter(({ action }) => action === 'GetMetricData');
    // Two windows, and the last tick.
    expect(data).toHaveLength(3);
  });

  it('says of alarms what doctor does, since when, and that one has too little data', async () => {
    const { world, events } = await openConsole({
      prepare: ({ world: { aws } }) => {
        const { alarms, subscriptions } = aws.account;
        const failing = alarms.get('rotator-local-failing');
        if (failing === undefined) throw new Error('no such alarm');
        const stateSince = 1_700_000_000_000;
        alarms.set(failing.alarmName, {
          ...failing,
          stateValue: 'INSUFFICIENT_DATA',
          stateSince,
        });
        alarms.delete('rotator-local-silence');
        subscriptions.length = 0;
      },
    });
    expect(world.aws.account.alarms.size).toBeGreaterThan(2);
    const { alarms } = await next(events<Health>('/api/health/events'));
    expect(alarms).toMatchObject({
      known: {
        states: expect.arrayContaining([
          {
            name: 'rotator-local-failing',
            metric: 'Failing',
            state: 'unknown',
            since: 1_700_000_000,
          },
        ]),
        findings: [
          { check: 'alarms', verdict: 'failed', detail: 'no alarm watches Ticks' },
          { check: 'alarm recipients', verdict: 'failed' },
          { check: 'mute rules', verdict: 'ok' },
        ],
      },
    });
  });

  it('is looked at once for all that look', async () => {
    const { world, events } = await openConsole();
    world.aws.clearCalls();
    const path = '/api/health/events';
    const all = await Promise.all([next(events<Health>(path)), next(events<Health>(path))]);
    expect(all[0]).toEqual(all[1]);
    expect(await next(events<Health>(path))).toEqual(all[0]);
    expect(all[0]?.lastTick).toEqual({ known: null });
    expect(world.aws.calls.filter(({ action }) => action === 'GetMetricData')).toHaveLength(3);
  });
});

describe('the doctor', () => {
  it('tells each section and finding as it comes', async () => {
    const options = { rotator: 'local', region: 'us-east-1' };
    const { world, events } = await openConsole({ options });
    seedCredential(world, 'fusion', { expiresIn: -hour });
    const seen: DoctorEvent[] = [];
    for await (const event of events<DoctorEvent>('/api/doctor/events')) seen.push(event);
    const begun = seen.filter((event) => event.type === 'begin');
    expect(begun.map(({ section }) => section)).toEqual(['AWS', 'rotator local', 'credentials']);
    const findings = seen.filter((event) => event.type === 'finding');
    expect(findings.map(({ check }) => check)).toEqual(begun.flatMap(({ checks }) => checks));
    expect(findings.at(-1)).toMatchObject({
      section: 'credentials',
      check: 'state',
      verdict: 'failed',
      detail: '1 of 1: fusion (expired)',
      fix: 'ims-token-rotator doctor fusion --rotator local --region us-east-1',
    });
    const failures = findings.filter(({ verdict }) => verdict === 'failed').length;
    expect(seen.at(-1)).toEqual({ type: 'end', failures });
  });

  it('says that it is broken for a name that is none', async () => {
    const { events } = await openConsole();
    expect(await next(events<DoctorEvent>('/api/doctor/events?name=..'))).toMatchObject({
      type: 'broken',
      why: { code: 'ERR_USAGE' },
    });
  });
});
