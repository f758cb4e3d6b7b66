import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The lint rules that a file with this path and code breaks. */
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
  ['a precise clock', 'export const now = performance.now();', 'noRestrictedGlobals'],
  ['the global object', 'export const x = globalThis;', 'noRestrictedGlobals'],
  ["Node's modules", "export { readFile } from 'node:fs';", 'noRestrictedImports'],
  ['the SDK', "export * from '@aws-sdk/client-secrets-manager';", 'noRestrictedImports'],
  ['adapters', "export * from '../lambda/adapters/secrets-manager.ts';", 'noRestrictedImports'],
])('core/ cannot touch %s', async (_, code, rule) => {
  expect(await lint('core/sample.ts', code)).toContain(rule);
});

it.each([
  ['core/sample.ts', './errors.ts'],
  ['core/sample.ts', 'valibot'],
  ['lambda/adapters/sample.ts', '../../core/errors.ts'],
  ['lambda/adapters/sample.ts', 'undici'],
  ['lambda/handler.ts', './adapters/sample.ts'],
  ['lambda/steps/sample.ts', '../../core/errors.ts'],
  ['lambda/commands/sample.ts', '../steps/mint.ts'],
  ['infra/sample.ts', '../core/contract.ts'],
  ['infra/sample.ts', './names.ts'],
  ['infra/sample.ts', 'valibot'],
  ['infra/app/sample.ts', '../../core/contract.ts'],
  ['infra/app/sample.ts', '../index.ts'],
  ['emulators/account/sample.ts', '../wire/http-server.ts'],
  ['emulators/account/sample.ts', '../lambda/invoke-api.ts'],
  ['conformance/cases/sample.ts', '../case.ts'],
  ['conformance/cases/sample.ts', '@aws-sdk/client-secrets-manager'],
  ['conformance/sample.ts', '@smithy/core/config'],
  ['local/sample.ts', '../emulators/lambda/emulator.ts'],
  ['local/sample.ts', '../core/contract.ts'],
  ['local/sample.ts', '../core/credential.ts'],
  ['client/sample.ts', './options.ts'],
  ['client/sample.ts', 'node:fs/promises'],
  ['examples/sample/bin/sample.ts', 'ims-token-rotator'],
  ['examples/sample/bin/sample.ts', '../lib/sample.ts'],
  ['cli/sample.ts', '../core/errors.ts'],
  ['console/data/sample.ts', '../messages.ts'],
  ['console/view/sample.ts', '../../cli/view/durations.ts'],
  ['console/view/sample.ts', 'preact/hooks'],
  ['cli/commands/sample.ts', '../../lambda/adapters/ims-token-endpoint.ts'],
  ['cli/commands/sample.ts', '../../local/local.ts'],
])('%s can import %s', async (path, specifier) => {
  expect(await lint(path, `export * from '${specifier}';`)).not.toContain('noRestrictedImports');
});

it.each([
  ['conformance/cases/sample.ts', '../../emulators/secrets-manager/secret.ts'],
  ['conformance/sample.ts', '../core/contract.ts'],
  ['core/contract.ts', './errors.ts'],
  ['core/contract.ts', 'valibot'],
  ['lambda/adapters/sample.ts', '../handler.ts'],
  ['lambda/adapters/sample.ts', '../steps/mint.ts'],
  ['lambda/adapters/sample.ts', '../../local/world.ts'],
  ['lambda/handler.ts', '../local/world.ts'],
  ['lambda/steps/sample.ts', '../handler.ts'],
  ['lambda/steps/sample.ts', '../commands/tick.ts'],
  ['lambda/commands/sample.ts', '../handler.ts'],
  ['lambda/handler.ts', '../cli/main.ts'],
  ['lambda/steps/sample.ts', '../../infra/index.ts'],
  ['lambda/commands/sample.ts', '../../emulators/ims/client.ts'],
  ['infra/sample.ts', '../core/errors.ts'],
  ['infra/deep/sample.ts', '../../core/errors.ts'],
  ['infra/deep/sample.ts', '../../lambda/handler.ts'],
  ['infra/sample.ts', '../lambda/handler.ts'],
  ['infra/sample.ts', '../cli/errors.ts'],
  ['infra/sample.ts', './app/validations.ts'],
  ['infra/app/sample.ts', '../../core/errors.ts'],
  ['infra/app/sample.ts', '../../local/world.ts'],
  ['emulators/sample.ts', '../core/contract.ts'],
  ['emulators/sample.ts', '../local/world.ts'],
  ['emulators/ims/sample.ts', '../../core/contract.ts'],
  ['emulators/ims/sample.ts', '../../local/world.ts'],
  ['emulators/lambda/sample.ts', '../../lambda/handler.ts'],
  ['local/sample.ts', '../lambda/handler.ts'],
  ['local/sample.ts', '../core/errors.ts'],
  ['local/sample.ts', '../cli/main.ts'],
  ['client/sample.ts', '../core/contract.ts'],
  ['client/sample.ts', '../infra/index.ts'],
  ['client/sample.ts', 'undici'],
  ['examples/sample/bin/sample.ts', '../../other/lib/sample.ts'],
  ['examples/sample/bin/sample.ts', '../../../infra/index.ts'],
  ['cli/sample.ts', '../lambda/handler.ts'],
  ['cli/aws/sample.ts', '../main.ts'],
  ['cli/commands/sample.ts', '../../lambda/commands/tick.ts'],
  ['cli/commands/sample.ts', '../../lambda/steps/mint.ts'],
  ['cli/sample.ts', '../infra/index.ts'],
  ['cli/doctor/sample.ts', '../../emulators/ims/client.ts'],
  ['console/data/sample.ts', '../../core/decision.ts'],
  ['console/view/sample.ts', '../../cli/errors.ts'],
  ['console/view/sample.ts', 'node:fs'],
])('%s cannot import %s', async (path, specifier) => {
  expect(await lint(path, `export * from '${specifier}';`)).toContain('noRestrictedImports');
});
