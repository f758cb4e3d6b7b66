import { describe, expect, it } from 'vitest';
import type { AlarmMuteRule } from '../../emulators/account/account.ts';
import type { Operator } from './operator.ts';
import { checksOf, startHealthy } from './patient.ts';

const [silence, failing] = ['rotator-local-silence', 'rotator-local-failing'];

function mute(operator: Operator, name: string, rule: Partial<AlarmMuteRule>): void {
  operator.world.aws.account.muteRules.set(name, {
    name,
    alarmNames: [silence],
    status: 'ACTIVE',
    muteType: 'ONE_TIME',
    ...rule,
  });
}

describe('the line "mute rules" of doctor', () => {
  it('fails while a rule mutes an alarm of the rotator', async () => {
    const operator = await startHealthy();
    mute(operator, 'night', { alarmNames: ['other', failing, silence], muteType: 'RECURRING' });
    mute(operator, 'later', { status: 'SCHEDULED' });
    const { code, find } = await checksOf(operator);
    expect(code).toBe(1);
    expect(find('mute rules')).toMatchObject({
      verdict: 'failed',
      detail: `muted now: ${silence}, ${failing} (by night)`,
      fix: 'see until when, and have whoever made the rule take these alarms out of it: aws cloudwatch get-alarm-mute-rule --alarm-mute-rule-name night',
    });
  });

  it('is unknown while a rule is going to mute an alarm', async () => {
    const operator = await startHealthy();
    mute(operator, 'weekend', { status: 'SCHEDULED' });
    expect((await checksOf(operator)).find('mute rules')).toMatchObject({
      verdict: 'unknown',
      detail: `to be muted: ${silence} (by weekend)`,
      fix: 'see when: aws cloudwatch get-alarm-mute-rule --alarm-mute-rule-name weekend',
    });
  });

  it('is ok with rules for other alarms, and with those that are over', async () => {
    const operator = await startHealthy();
    mute(operator, 'other', { alarmNames: ['other'] });
    mute(operator, 'old', { status: 'EXPIRED' });
    expect((await checksOf(operator)).find('mute rules')).toMatchObject({ verdict: 'ok' });
  });

  it('sees a rule on any page of the list', async () => {
    const operator = await startHealthy();
    for (let index = 0; index < 60; index += 1) {
      mute(operator, `rule-${index}`, { status: index === 59 ? 'ACTIVE' : 'SCHEDULED' });
    }
    const { detail } = (await checksOf(operator)).find('mute rules');
    expect(detail).toBe(`muted now: ${silence} (by rule-59)`);
  });
});
