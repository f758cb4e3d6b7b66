import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'cdk.json'), '{ "context": {} }');
});

async function template(settings: object) {
  await writeFile(join(cwd, 'ims-token-rotator.json'), JSON.stringify(settings));
  const command = join(root, 'build/cloudformation/main.ts');
  return await promisify(execFile)(process.execPath, [command], { cwd });
}

it('npm run template writes the template of the settings and its zip file, and says where', async () => {
  const { stdout, stderr } = await template({ rotatorName: 'team', logRetentionDays: 30 });
  expect(stderr).toBe('');
  const files = await readdir(join(cwd, 'dist/cloudformation'));
  const zip = expect.stringMatching(/^ims-token-rotator-[0-9a-f]{16}\.zip$/);
  expect(files.toSorted()).toEqual([zip, 'template.json']);
  const printed = stdout.trim().split('\n');
  expect(new Set(printed)).toEqual(new Set(files.map((file) => `dist/cloudformation/${file}`)));
  const text = await readFile(join(cwd, 'dist/cloudformation/template.json'), 'utf8');
  expect(JSON.parse(text).Parameters).toMatchObject({
    RotatorName: { Default: 'team' },
    LogRetentionDays: { Default: 30 },
  });
});

it.each([
  { count: 20, tooLarge: false },
  { count: 30, tooLarge: true },
])('npm run template with $count credentials says if a request is too small', async (row) => {
  const names = Array.from({ length: row.count }, (_, index) => `workfront-fusion-${index}`);
  const credentials = names.map((name) => [name, { product: 'workfront-fusion' }]);
  const { stdout } = await template({
    credentials: Object.fromEntries(credentials),
    alarms: { emails: ['you@example.com'] },
  });
  expect(stdout.includes('"aws cloudformation deploy" needs --s3-bucket')).toBe(row.tooLarge);
});

it('npm run template reports invalid settings', async () => {
  await expect(template({ tickMinutes: 1 })).rejects.toMatchObject({
    stderr: expect.stringContaining(
      '- tickMinutes: must be a whole number from 3 to 1440; it is 1',
    ),
  });
  expect(await readdir(cwd)).not.toContain('dist');
});
