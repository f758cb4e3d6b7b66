import { describe, expect, it } from 'vitest';
import { cliErrorCodes } from '../../cli/errors.ts';
import { tokenErrorCodes } from '../../client/token-error.ts';
import { errorKinds } from '../../core/errors.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { decodeStoredToken } from '../../core/stored-token.ts';
import { alarmsOf } from '../infra/alarm-evaluator.ts';
import { monitoredTemplate } from '../infra/monitored-stack.ts';
import { jsonOf, read, sectionsOf, sourcesIn } from '../support/document.ts';

const runbook = read('docs/runbook.md');

describe('the runbook', () => {
  const chapters = sectionsOf(runbook, '##');
  const chapter = (title: string): Map<string, string> =>
    sectionsOf(chapters.get(title) ?? '', '###');
  const alarms = chapter('Alarms');
  const ofRotator = chapter('Error codes of the rotator');
  const ofCommandLine = chapter('Error codes of the command line');
  const ofClient = chapter('Error codes of the client');

  it('has a section for each alarm, and for nothing else', () => {
    const runbookUrl = 'https://example.com/runbook.md';
    const linked = alarmsOf(monitoredTemplate({ runbookUrl, clientSecretRotation: true })).map(
      ({ AlarmDescription: text }) => /runbook\.md#(.+)$/.exec(text)?.[1],
    );
    expect(linked.length).toBeGreaterThan(5);
    const anchors = [...alarms.keys()].map((title) => title.toLowerCase().replaceAll(' ', '-'));
    expect(new Set(anchors)).toEqual(new Set(linked));
  });

  it('has a section for each error code, and for nothing else', () => {
    expect([...ofRotator.keys()]).toEqual(Object.keys(errorKinds));
    expect([...ofCommandLine.keys()]).toEqual([...cliErrorCodes]);
  });

  it('has a section for each error code of the client, some shared with the command line', () => {
    const shared = tokenErrorCodes.filter((code) => ofCommandLine.has(code));
    expect(shared).toEqual(['ERR_TOKEN_NOT_READY', 'ERR_TOKEN_EXPIRED']);
    const intro = chapters.get('Error codes of the client')?.split('\n### ')[0];
    for (const code of shared) expect(intro).toContain(`\`${code}\``);
    expect([...shared, ...ofClient.keys()]).toEqual([...tokenErrorCodes]);
    expect([...ofClient.keys()].filter((code) => ofRotator.has(code))).toEqual([]);
  });

  it('gives the time and the commands in each section', () => {
    for (const [title, text] of [...alarms, ...ofRotator, ...ofCommandLine, ...ofClient]) {
      expect(text, title).toMatch(/^\*\*Time:\*\* ./m);
      expect(text, title).toMatch(/^ *```sh$/m);
    }
  });

  it('names the same actor as the log for each error code', () => {
    for (const [code, { actor }] of Object.entries(errorKinds)) {
      const said = actor === 'nobody' ? actor : `the ${actor}`;
      const text = ofRotator.get(code)?.replaceAll(/\s+/g, ' ');
      expect(text, code).toContain(`**Who acts:** ${said}`);
    }
  });

  it('refers only to checks that doctor makes', () => {
    const lines = [...runbook.matchAll(/\blines?\s+((?:"[a-zA-Z ]+"(?:, | and )?)+)/g)].flatMap(
      ([, list = '']) => list.match(/(?<=")[a-zA-Z][a-zA-Z ]*(?=")/g) ?? [],
    );
    expect(lines.length).toBeGreaterThan(10);
    const checks = sourcesIn('cli/doctor');
    for (const line of lines) expect(checks).toContain(`'${line}'`);
  });

  it('shows a token minted by hand that the rotator accepts', () => {
    const [json = ''] = jsonOf(runbook);
    const now = epochSeconds(Date.parse('2026-11-22T14:00:00Z') / 1000);
    const stored = decodeStoredToken(json, now);
    expect(stored && formatInstant(stored.expiresAt)).toBe('2026-11-23T13:16:06Z');
  });
});
