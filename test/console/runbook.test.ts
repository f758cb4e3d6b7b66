import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runbookOf } from '../../build/runbook.ts';
import { sectionOfAlarm } from '../../console/data/alarm-sections.ts';
import { filledIn } from '../../console/data/runbook.ts';

const about = {
  name: 'fusion',
  rotator: 'production',
  functionName: 'rotator-production',
  left: '3 h 5 min',
};

function filled(markdown: string) {
  return filledIn(runbookOf(`# Section\n\n${markdown}`)['section']?.blocks ?? [], about);
}

describe('a section of the runbook for one credential', () => {
  it('says how long the token lasts', () => {
    expect(filled('**Time:** `LEFT`; nobody acts.')).toEqual([
      { paragraph: [{ strong: ['Time:'] }, ' ', '3 h 5 min', '; nobody acts.'] },
    ]);
  });

  it('keeps the name of the column elsewhere', () => {
    expect(filled('See `LEFT`.')).toEqual([{ paragraph: ['See ', { code: 'LEFT' }, '.'] }]);
  });

  it('names the credential and the rotator in its commands, also within a list', () => {
    const commands = 'doctor fusion --rotator production';
    expect(filled('```sh\ndoctor NAME --rotator ROTATOR\n```')).toEqual([{ commands }]);
    expect(filled('1. Check:\n\n   ```sh\n   doctor NAME --rotator ROTATOR\n   ```')).toEqual([
      { list: [[{ paragraph: ['Check:'] }, { commands }]], ordered: true },
    ]);
  });

  it('names the function in its commands, and keeps what its reader has to set', () => {
    const commands = 'aws --function-name "$FUNCTION" "$LOG" \'$FUNCTION\' FUNCTION $FUNCTIONS';
    const [block] = filled(`\`\`\`sh\n${commands}\n\`\`\``);
    const name = 'rotator-production';
    expect(block).toEqual({
      commands: `aws --function-name "${name}" "$LOG" '${name}' FUNCTION $FUNCTIONS`,
    });
  });

  it('keeps the words for what is not known, and a name with $ as it is', () => {
    const { blocks = [] } = runbookOf(
      '# Section\n\n**Time:** `LEFT`.\n\n```sh\ndoctor NAME --rotator ROTATOR $FUNCTION\n```',
    )['section'] ?? { blocks: [] };
    expect(filledIn(blocks, {})).toEqual(blocks);
    const [, filledBlock] = filledIn(blocks, { functionName: '$&<b>' });
    expect(filledBlock).toEqual({ commands: 'doctor NAME --rotator ROTATOR $&<b>' });
  });
});

describe('the alarms', () => {
  const runbook = runbookOf(readFileSync('docs/runbook.md', 'utf8'));

  it.each([
    ['MinLifeLeft', 'Life left'],
    ['MinPausedLifeLeft', 'Paused life left'],
    ['Failing', 'Failing'],
    ['Errors', 'New failure'],
    ['Ticks', 'Silence'],
    ['Ticks of shard 2', 'Silence'],
    ['AsyncEventsDropped', 'Events dropped'],
    ['Throttles', 'Throttles'],
    ['ClientSecretRotationOverdue', 'Client secret rotation overdue'],
  ])('on %s have the section "%s" of the runbook', (metric, title) => {
    expect(runbook[sectionOfAlarm(metric) ?? '']?.title).toBe(title);
  });

  it('on a metric that the runbook does not know have none', () => {
    expect(sectionOfAlarm('constructor')).toBeUndefined();
  });
});
