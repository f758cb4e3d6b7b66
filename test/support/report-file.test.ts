import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { problemOfReport } from './report-file.ts';
import { temporaryDirectory } from './temporary-directory.ts';

it('asking whether a report can be written leaves a page as it is, and makes none', async () => {
  const folder = await temporaryDirectory();
  const page = join(folder, 'page.md');
  expect(await problemOfReport(page)).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
  await writeFile(page, '# A page\n');
  expect(await problemOfReport(page)).toBeUndefined();
  expect(await readFile(page, 'utf8')).toBe('# A page\n');
});

it.each([
  ['nowhere/page.md', 'ENOENT'],
  ['', 'EISDIR'],
])('a report at %j cannot be written: %s', async (path, code) => {
  const report = join(await temporaryDirectory(), path);
  expect(await problemOfReport(report)).toMatch(`--report cannot be written: ${code}`);
});
