import { describe, expect, it } from 'vitest';
import { CliError } from '../../cli/errors.ts';
import { nextAwsCommand, nextCommand } from '../../cli/view/next-command.ts';
import { errorLines } from '../../cli/view/report-error.ts';
import { labelledLines, wrapLines } from '../../cli/view/table.ts';

const options = {
  rotator: 'production',
  prefix: 'adobe/tokens',
  profile: "my team's; the (other), one",
  region: 'eu-west-1',
};
const renew = nextCommand('renew fusion --force', options);
const remove = nextAwsCommand('secretsmanager delete-secret --secret-id a/b/client', options);

/** A text that has words before and after its commands, so that every place for a break comes up. */
function texts(command: string): readonly string[] {
  return [
    command,
    `→ ${command}`,
    `find out who; if yours is right: ${command}`,
    `see why: ${command}; then: ${remove}; then go on with the rest of it`,
    `go on (or: ${command}), which uses what is there, and is safe to repeat`,
    `${command}, or ask somebody who knows what the other functions do there`,
  ];
}

describe('a command in a text that is broken into lines', () => {
  it.each([renew, remove, 'npx cdk deploy', 'ims-token-rotator status'])(
    'stays in one piece: %s',
    (command) => {
      for (const text of texts(command)) {
        for (let columns = 10; columns < 260; columns += 3) {
          const lines = wrapLines(text, 4, columns);
          expect(lines.some((line) => line.includes(command))).toBe(true);
          // Nothing else is changed by it.
          expect(lines.map((line) => line.slice(4)).join(' ')).toBe(text);
        }
      }
    },
  );

  it('keeps the arrow before it', () => {
    expect(wrapLines(`→ ${renew}`, 2, 40)).toEqual([`  → ${renew}`]);
  });

  it('leaves the lines of other words as short as they were', () => {
    const words = 'find out who deployed aws functions; nothing of theirs was changed by this';
    const lines = wrapLines(`${words}; then: ${renew}`, 2, 40);
    expect(lines.filter((line) => line.length > 40)).toEqual([`  ${renew}`]);
  });

  it('stays in one piece in the lines of an error and behind a label', () => {
    const problems = [{ field: 'a/b/client', message: `may be gone; look: ${remove}` }];
    const error = new CliError('ERR_AWS_UNAVAILABLE', `x, see ${renew}`, renew, { problems });
    expect(errorLines(error, 30)).toEqual([
      'ERR_AWS_UNAVAILABLE x, see',
      `${renew}:`,
      '  a/b/client may be gone;',
      '  look:',
      `  ${remove}`,
      `  → ${renew}`,
    ]);
    expect(labelledLines('? ', `see ${renew}`, { indent: 2, columns: 30 })).toEqual([
      '? see',
      `  ${renew}`,
    ]);
  });
});
