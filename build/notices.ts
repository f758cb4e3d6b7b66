import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * The licences that code in a bundle may have: each lets us ship it to be run by others, in return
 * for its notice at most.
 */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
]);

interface Package {
  readonly title: string;
  readonly license: string;
  /** The texts of its licence and notice files. */
  readonly texts: readonly string[];
}

/**
 * The notices of the packages whose code is in a bundle.
 *
 * @throws Error that lists the packages whose licence is not among the accepted ones
 */
export async function thirdPartyNotices({ outputs }: Metafile): Promise<string> {
  const directories = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [directory] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
      if (directory !== undefined && bytesInOutput > 0) directories.add(directory);
    }
  }
  const packages = await Promise.all([...directories].sort().map(readPackage));
  const refused = packages.filter(({ license }) => !accepted.has(license));
  if (refused.length > 0) {
    const list = refused.map(({ title, license }) => `${title} (${license})`).join(', ');
    throw new Error(`not among the licences that build/notices.ts accepts: ${list}`);
  }
  return toText(packages);
}

async function readPackage(directory: string): Promise<Package> {
  const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const files = (await readdir(directory)).filter((name) => /^(licen[cs]e|notice)/i.test(name));
  const texts = files.sort().map((name) => readFile(join(directory, name), 'utf8'));
  return {
    title: `${manifest.name} ${manifest.version}`,
    license: String(manifest.license),
    texts: (await Promise.all(texts)).map((text) => text.replaceAll('\r\n', '\n').trim()),
  };
}

/** Every text once, under the packages that it applies to. */
function toText(packages: readonly Package[]): string {
  const sections = new Map<string, string[]>();
  for (const { title, license, texts } of packages) {
    for (const text of texts.length > 0 ? texts : [`Licence: ${license}`]) {
      sections.set(text, [...(sections.get(text) ?? []), title]);
    }
  }
  const line = '-'.repeat(80);
  return [
    'This software contains code of the following packages, under the licences below.\n',
    ...[...sections].map(([text, titles]) => `${line}\n${titles.join('\n')}\n\n${text}\n`),
  ].join('\n');
}
