import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Figures, reportOf } from '../mutations/core/figures.ts';
import { instrument } from '../mutations/core/mutant.ts';
import { lists } from '../mutations/mutations.ts';
import { oneLine, read, root } from '../support/document.ts';

const text = read('docs/mutations.md');

it('docs/mutations.md has each list, with its number of mutations', () => {
  const rows = text.matchAll(/^\| [^|]+ \| (\d+) \| `(test\/mutations\/listed\/[^`]+)` \|$/gm);
  const shown = [...rows].map(([, count, list]) => [list, Number(count)]);
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(Object.entries(lists).map(([list, entries]) => [list, entries.length])),
  );
});

/** The page's figures of the changes by rule. */
function figuresShown(): Figures {
  const files = [...text.matchAll(/`([\w-]+\.ts)` \| (\d+) of (\d+) (?=\|)/g)]
    .map(([, file = '', noticed, counted]) => [file, Number(noticed), Number(counted)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const all = files.reduce((sum, [, , counted]) => sum + counted, 0);
  const [, quick] = /and ([\d.]+) % by tests/.exec(text) ?? [];
  const [, notCounted = ''] = /^Another ([\d,]+) changes are not counted\.$/m.exec(text) ?? [];
  return {
    files,
    byQuick: Math.round((Number(quick) * all) / 100),
    notCounted: Number(notCounted.replace(',', '')),
  };
}

it('the figures of docs/mutations.md are what the command writes, in every word, of a commit', () => {
  const [, commit] = /^It ran on commit `([\da-f]{7,40})`\.$/m.exec(text) ?? [];
  expect(commit).toBeDefined();
  expect(text.slice(text.indexOf('## Figures'))).toBe(reportOf(figuresShown(), commit));
});

describe('the table of docs/mutations.md', () => {
  /** By file, how many changes are made, and how many of them do not run when it is loaded. */
  const changes = new Map<string, { made: number; counting: number }>();
  const shown = new Map(figuresShown().files.map(([file, , counted]) => [file, counted]));

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'changes-'));
    for (const part of ['core', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const mutants = await instrument(join(folder, 'core'));
    const files = new Set(mutants.map(({ file }) => file));
    const load = `const loaded = {};
      globalThis.__stryker__ = { mutantCoverage: { static: loaded, perTest: {} } };
      for (const file of ${JSON.stringify([...files])}) await import('./core/' + file);
      console.log(JSON.stringify(Object.keys(loaded)));`;
    const args = ['--input-type=module', '--eval', load];
    const loaded = new Set(
      JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })),
    );
    for (const { id, file } of mutants) {
      const { made, counting } = changes.get(file) ?? { made: 0, counting: 0 };
      changes.set(file, { made: made + 1, counting: counting + (loaded.has(id) ? 0 : 1) });
    }
    return () => rmSync(folder, { recursive: true });
  });

  it('has each file in which a change counts', () => {
    expect(changes.size).toBeGreaterThan(50);
    const counting = [...changes].filter(([, { counting }]) => counting > 0);
    expect(counting.map(([file]) => file).filter((file) => !shown.has(file))).toEqual([]);
  });

  it('says of no file that it has more changes than are made', () => {
    const over = [...shown].filter(([file, count]) => count > (changes.get(file)?.made ?? 0));
    expect(over).toEqual([]);
  });

  it('leaves out the files that the page names, in which none counts', () => {
    const [sentence = ''] =
      /A file without a change that counts .*? is loaded\./.exec(oneLine(text)) ?? [];
    const named = [...sentence.matchAll(/`([\w-]+\.ts)`/g)].map(([, file]) => file);
    const none = globSync('core/*.ts', { cwd: root })
      .map((file) => basename(file))
      .filter((file) => (changes.get(file)?.counting ?? 0) === 0);
    expect(new Set(named)).toEqual(new Set(none));
  });
});
