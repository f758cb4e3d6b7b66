import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the project's lint says of a file at this path, by rule. */
async function lint(path: string, code: string): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'layers-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const file of ['biome.json', '.gitignore', 'package.json']) {
    await cp(join(root, file), join(directory, file));
  }
  await mkdir(join(directory, dirname(path)), { recursive: true });
  await writeFile(join(directory, path), `${code}\n`);
  const { stdout } = await promisify(execFile)(
    join(root, 'node_modules/.bin/biome'),
    ['lint', '--reporter=json', path],
    { cwd: directory, encoding: 'utf8' },
  ).catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string }[] };
  return diagnostics.map(({ category }) => category.replace(/^lint\/\w+\//, ''));
}

it.each([
  ['the clock', 'export const now = Date.now();', 'noRestrictedGlobals'],
  ['randomness', 'export const random = Math.random();', 'noJsRestrictedProperties'],
  ['the network', "export const page = fetch('http://127.0.0.1/');", 'noRestrictedGlobals'],
  ['the process', 'export const environment = process.env;', 'noRestrictedGlobals'],
  ['the console', "console.info('x');", 'noRestrictedGlobals'],
  ['timers', 'setTimeout(() => {}, 1);', 'noRestrictedGlobals'],
  ["Node's modules", "export { readFile } from 'node:fs';", 'noRestrictedImports'],
  ['the SDK', "export * from '@aws-sdk/client-secrets-manager';", 'noRestrictedImports'],
  ['adapters', "export * from '../adapters/secrets-manager.ts';", 'noRestrictedImports'],
])('core/ may not touch %s', async (_, code, rule) => {
  expect(await lint('lambda/core/sample.ts', code)).toContain(rule);
});

it.each([
  ['lambda/core/sample.ts', "export * from './errors.ts';"],
  ['lambda/core/sample.ts', "export { string } from 'valibot';"],
  ['lambda/adapters/sample.ts', "export * from '../core/errors.ts';"],
  ['lambda/sample.ts', "export * from './adapters/sample.ts';"],
  ['local/sample.ts', "export * from './ims/client.ts';"],
  ['cli/sample.ts', "export * from '../lambda/core/errors.ts';"],
  ['cli/commands/sample.ts', "export * from '../../lambda/adapters/ims-token-endpoint.ts';"],
  ['cli/commands/sample.ts', "export * from '../../local/local.ts';"],
])('%s may: %s', async (path, code) => {
  expect(await lint(path, code)).not.toContain('noRestrictedImports');
});

it.each([
  ['lambda/adapters/sample.ts', "export * from '../deps.ts';"],
  ['lambda/sample.ts', "export * from '../local/world.ts';"],
  ['infra/sample.ts', "export * from '../lambda/core/errors.ts';"],
  ['local/sample.ts', "export * from '../lambda/handler.ts';"],
  ['local/sample.ts', "export * from '../cli/main.ts';"],
  ['cli/sample.ts', "export * from '../lambda/tick.ts';"],
  ['cli/sample.ts', "export * from '../infra/index.ts';"],
  ['lambda/sample.ts', "export * from '../cli/main.ts';"],
  ['local/ims/sample.ts', "export * from '../../lambda/core/errors.ts';"],
])('%s may not: %s', async (path, code) => {
  expect(await lint(path, code)).toContain('noRestrictedImports');
});
