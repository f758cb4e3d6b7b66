import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { thirdPartyNotices } from '../../build/notices.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The metafile of a bundle with code of packages, which have the licences and files given. */
async function bundleOf(packages: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const directory = await temporaryDirectory();
  const inputs: Record<string, { bytesInOutput: number }> = {};
  for (const [name, { license = '', ...files }] of Object.entries(packages)) {
    const place = join(directory, 'node_modules', name);
    await mkdir(place, { recursive: true });
    const manifest = { name, version: '1.2.3', license };
    await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
    for (const [file, text] of Object.entries(files)) await writeFile(join(place, file), text);
    inputs[join(place, 'lib/index.js')] = { bytesInOutput: 1 };
  }
  const output = { bytes: 1, inputs, imports: [], exports: [] };
  return { inputs: {}, outputs: { 'index.mjs': output } };
}

it('names each package with its version, licence and notice', async () => {
  const notices = await thirdPartyNotices(
    await bundleOf({
      '@scope/one': { license: 'Apache-2.0', LICENSE: 'The Apache text', NOTICE: 'Made by One' },
      two: { license: 'MIT', 'license.md': 'Copyright Two' },
    }),
  );
  expect(notices).toMatch(/\n@scope\/one 1\.2\.3\n\nThe Apache text\n/);
  expect(notices).toMatch(/\n@scope\/one 1\.2\.3\n\nMade by One\n/);
  expect(notices).toMatch(/\ntwo 1\.2\.3\n\nCopyright Two\n/);
});

it('prints a text that several packages have once', async () => {
  const license = 'MIT';
  const notices = await thirdPartyNotices(
    await bundleOf({ one: { license, LICENSE: 'Same' }, two: { license, LICENSE: 'Same\r\n' } }),
  );
  expect(notices).toMatch(/\none 1\.2\.3\ntwo 1\.2\.3\n\nSame\n/);
});

it('names the licence of a package that ships no text of it', async () => {
  const notices = await thirdPartyNotices(await bundleOf({ one: { license: 'MIT-0' } }));
  expect(notices).toMatch(/\none 1\.2\.3\n\nLicence: MIT-0\n/);
});

it.each(['AGPL-3.0-only', 'GPL-3.0', 'LGPL-2.1', 'SEE LICENSE IN EULA', '(MIT OR GPL-2.0)', ''])(
  'refuses code under the licence "%s"',
  async (license) => {
    const metafile = await bundleOf({ fine: { license: 'MIT' }, other: { license } });
    await expect(thirdPartyNotices(metafile)).rejects.toThrow(
      `not among the licences that build/notices.ts accepts: other 1.2.3 (${license})`,
    );
  },
);

it('leaves out a package of which nothing is in the bundle', async () => {
  const metafile = await bundleOf({ gone: { license: 'GPL-3.0' } });
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const input of Object.values(inputs)) input.bytesInOutput = 0;
  }
  expect(await thirdPartyNotices(metafile)).not.toContain('gone');
});
