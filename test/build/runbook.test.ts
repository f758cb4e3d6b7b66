import { describe, expect, it } from 'vitest';
import { runbookOf } from '../../build/runbook.ts';
import { errorKinds } from '../../core/errors.ts';
import { anchorsOf, read } from '../support/document.ts';

describe('the runbook of the console', () => {
  it('has a section for every error code, with texts alone', () => {
    const markdown = read('docs/runbook.md');
    const runbook = runbookOf(markdown);
    const anchors = Object.keys(errorKinds).map((code) => code.toLowerCase());
    expect(Object.keys(runbook)).toEqual(expect.arrayContaining(anchors));
    expect(anchorsOf(markdown)).toEqual(expect.arrayContaining(Object.keys(runbook)));
    expect(JSON.stringify(runbook)).not.toMatch(/&(amp|lt|gt|quot);|\*\*/);
  });

  it('keeps what a part is', () => {
    const markdown = [
      '## A <b>part</b> & more\n',
      'Run `a & b`, **at once**, or see [there](https://example.com/) & more.\n',
      '1. First:\n\n   ```sh\n   run <this>\n   ```\n',
      '| code |\n| --- |\n| `1` |\n',
    ].join('\n');
    expect(runbookOf(markdown)).toEqual({
      'a-bpartb--more': {
        title: 'A <b>part</b> & more',
        blocks: [
          {
            paragraph: [
              'Run ',
              { code: 'a & b' },
              ', ',
              { strong: ['at once'] },
              ', or see ',
              { link: ['there'], to: 'https://example.com/' },
              ' & more.',
            ],
          },
          { list: [[{ paragraph: ['First:'] }, { commands: 'run <this>' }]], ordered: true },
          { head: [['code']], rows: [[[{ code: '1' }]]] },
        ],
      },
    });
  });

  it.each(['> quoted', '<p>markup</p>', '![a picture](x.png)'])(
    'fails to be built from %s, which the page cannot show',
    (text) => {
      expect(() => runbookOf(`## Part\n\n${text}\n`)).toThrow('the console cannot show this part');
    },
  );
});
