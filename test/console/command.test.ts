import { describe, expect, it } from 'vitest';
import { nextCommand } from '../../cli/view/next-command.ts';
import { commandInText, commandOf } from '../../console/data/command.ts';

const everything = new RegExp(commandInText, 'g');

describe('a command on the page', () => {
  it('has the options that the console was started with', () => {
    const fleet = { options: '--region us-east-1' };
    expect(commandOf('resume fusion', fleet)).toBe(
      'ims-token-rotator resume fusion --region us-east-1',
    );
    expect(commandOf('status', { options: '' })).toBe('ims-token-rotator status');
    expect(commandOf('console', undefined)).toBe('ims-token-rotator console');
  });

  it.each([
    {},
    { region: 'us-east-1' },
    { rotator: 'a', prefix: 'b/c', function: 'd', profile: "my team's; (one)", region: 'x-y-1' },
  ])('is shown as one with %j, and nothing after it', (options) => {
    for (const words of [
      'status',
      'doctor',
      'doctor fusion',
      'doctor fusion --mint',
      'renew fusion --force',
      'put-credential fusion FILE',
      'onboard NAME FILE',
      'leaked fusion',
      'rotate-client-secret fusion',
    ]) {
      const command = nextCommand(words, options);
      for (const text of [command, `see ${command}; then go on`, `do it (${command}), please`]) {
        expect(text.match(everything)).toEqual([command]);
      }
    }
  });
});
