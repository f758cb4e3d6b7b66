import { describe, expect, it } from 'vitest';
import { products } from '../../core/contract.ts';
import { helpOf, optionsOf } from '../support/document.ts';
import { RunningProcess } from '../support/run-process.ts';
import { startShell } from './completing-shell.ts';
import { program } from './operator.ts';

const run = (...args: readonly string[]) => new RunningProcess(program, args).exit();
const sorted = (words: readonly string[]) => [...words].sort();

/** The commands that the help lists. */
async function commandNames(): Promise<readonly string[]> {
  return [...(await helpOf()).matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name = '']) => name);
}

describe.each(['bash', 'zsh', 'fish'] as const)('the completion for %s', (shell) => {
  it('offers commands, options, their values and files', async (context) => {
    const { code, stdout: script, stderr } = await run('completion', shell);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const complete = await startShell(context, shell, script);
    const offered = async (words: string) => sorted(await complete(`ims-token-rotator ${words}`));

    expect(await offered('')).toEqual(sorted(await commandNames()));
    expect(await offered('pu')).toEqual(['put-credential']);
    expect(await offered('re')).toEqual(['renew', 'resume']);
    expect(await offered('help put')).toEqual(['put-credential']);
    expect(await offered('completion ')).toEqual(['bash', 'fish', 'zsh']);

    expect(await offered('--ver')).toEqual(['--version']);
    expect(await offered('renew --fo')).toEqual(['--force']);
    expect(await offered('renew fusion --a')).toEqual(['--all']);
    const options = await offered('put-credential fusion --');
    expect(options).toEqual(sorted(optionsOf(await helpOf('put-credential'))));

    expect(await offered('onboard fusion --product ')).toEqual(sorted(products));
    expect(await offered('onboard --product fire')).toEqual(['firefly', 'firefly-audio-video']);
    expect(await offered('token --rotator completion --field expires_')).toEqual([
      'expires_at',
      'expires_in',
    ]);
    expect(await offered('put-credential fusion a-cre')).toEqual(['a-credential.json']);
    expect(await offered('onboard fusion --mint a-cre')).toEqual(['a-credential.json']);
  });

  it('offers nothing where nothing is known', async (context) => {
    const { stdout: script } = await run('completion', shell);
    const complete = await startShell(context, shell, script);
    for (const words of [
      'renew a-cre',
      'put-credential a-cre',
      'renew --region a-cre',
      'nono a-cre',
    ]) {
      const typed = words.split(' ').at(-1);
      const offered = await complete(`ims-token-rotator ${words}`);
      // bash and zsh leave what was typed.
      expect(
        offered.filter((word) => word !== typed),
        words,
      ).toEqual([]);
    }
  });
});

describe('completion', () => {
  it('needs neither AWS settings nor a valid endpoint', async () => {
    const environment = { AWS_ENDPOINT_URL: 'http://example.com', HTTPS_PROXY: 'socks://x' };
    const { code, stderr } = await new RunningProcess(
      program,
      ['completion', 'bash'],
      environment,
    ).exit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('prints the script as JSON too', async () => {
    const { stdout: script } = await run('completion', 'fish');
    const { stdout } = await run('completion', 'fish', '--json');
    expect(JSON.parse(stdout)).toEqual({ shell: 'fish', script });
  });

  it('rejects another shell, and names those that it knows', async () => {
    const { code, stdout, stderr } = await run('completion', 'tcsh');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('bash, zsh, fish');
  });
});
