import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';
import { jsonOf, oneLine, read, run, sourcesIn } from '../support/document.ts';

const readme = read('README.md');

describe('the README', () => {
  it('has fewer than 200 lines', () => {
    expect(readme.split('\n').length).toBeLessThan(200);
  });

  it('shows settings that the stack accepts, and that cdk.json has', () => {
    const [json = ''] = jsonOf(readme);
    const settings = JSON.parse(`{${json}}`)['ims-token-rotator'];
    expect(parseSettings(settings)).toEqual(settings);
    const { context } = JSON.parse(read('cdk.json'));
    expect(settings).toMatchObject(context['ims-token-rotator']);
  });

  it('shows steps that npm start prints', () => {
    const source = sourcesIn('local');
    const steps = [...readme.matchAll(/^ \d {2}(.+)$/gm)].map(([, title = '']) => title);
    expect(steps.length).toBeGreaterThan(3);
    for (const step of steps) expect(source).toContain(step);
  });

  it('shows options that npm start accepts', async () => {
    const shown = [...readme.matchAll(/npm start (?:--silent )?-- (--[a-z]+)/g)];
    expect(shown.length).toBeGreaterThan(1);
    const help = await run('local/start.ts', '--help');
    for (const [, option = ''] of shown) expect(help).toContain(option);
  });

  it('shows a failure in the words of the command line', () => {
    const [, words = '', fix = ''] =
      /failing .*?\n {2}(IMS .*?), for 8 h.*?→ (.*?)\nworkfront-fusion/s.exec(readme) ?? [];
    const source = sourcesIn('cli/view');
    expect(source).toContain(oneLine(words));
    expect(source).toContain(oneLine(fix).split(', then: ')[0]);
  });
});
