import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { root } from '../support/document.ts';

interface Part {
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

const directory = join(root, 'dist/lambda');

async function readParts(): Promise<ReadonlyMap<string, Part>> {
  const { outputs } = JSON.parse(await readFile(join(root, 'dist/build/lambda.meta.json'), 'utf8'));
  return new Map(Object.entries<Part>(outputs).filter(([path]) => path.endsWith('.mjs')));
}

/** The sources that are loaded with a module: all of its part, and of the parts that it imports. */
async function loadedWith(entryPoint: string): Promise<ReadonlySet<string>> {
  const parts = await readParts();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const imports = parts.get(path)?.imports ?? [];
    for (const { path: next, kind } of imports) if (kind === 'import-statement') visit(next);
  };
  for (const [path, part] of parts) if (part.entryPoint === entryPoint) visit(path);
  const inputs = [...seen].flatMap((path) => Object.entries(parts.get(path)?.inputs ?? {}));
  return new Set(inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path));
}

const packageOf = (path: string): string | undefined =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

describe('a tick with nothing due', () => {
  it('loads the AWS SDK, and no HTTP client for IMS', async () => {
    const packages = new Set([...(await loadedWith('lambda/handler.ts'))].map(packageOf));
    expect(packages).toContain('@aws-sdk/client-secrets-manager');
    expect(packages).not.toContain('undici');
  });

  it('loads the list and the decision, and nothing that mints, stores or reads credentials', async () => {
    const sources = await loadedWith('lambda/handler.ts');
    for (const path of ['lambda/commands/tick.ts', 'core/decision.ts']) {
      expect(sources).toContain(path);
    }
    const later = [
      'lambda/adapters/console-endpoint.ts',
      'lambda/adapters/ims-token-endpoint.ts',
      'lambda/adapters/tunnel-agent.ts',
      'lambda/commands/renew.ts',
      'lambda/commands/rotate.ts',
      'lambda/commands/status.ts',
      'lambda/steps/mint.ts',
      'lambda/steps/renew-credential.ts',
      'lambda/steps/client-secret-steps.ts',
      'lambda/steps/retire-client-secret.ts',
      'core/console-secrets.ts',
      'core/credential.ts',
      'core/plain-document.ts',
    ];
    expect(later.filter((path) => sources.has(path))).toEqual([]);
  });
});

it('a renewal loads what it needs, and the HTTP client for IMS apart', async () => {
  const renewal = await loadedWith('lambda/on-demand.ts');
  expect(renewal).toContain('lambda/steps/mint.ts');
  expect(new Set([...renewal].map(packageOf))).not.toContain('undici');
  const client = await loadedWith('lambda/adapters/ims-token-endpoint.ts');
  expect(new Set([...client].map(packageOf))).toContain('undici');
});

it('a renewal loads nothing that rotates client secrets, and the rotation no HTTP client', async () => {
  const renewal = await loadedWith('lambda/on-demand.ts');
  expect(renewal).not.toContain('lambda/steps/client-secret-steps.ts');
  expect(renewal).not.toContain('core/console-secrets.ts');
  const rotation = await loadedWith('lambda/client-secrets-on-demand.ts');
  expect(rotation).toContain('lambda/steps/client-secret-steps.ts');
  expect(new Set([...rotation].map(packageOf))).not.toContain('undici');
  const client = await loadedWith('lambda/adapters/console-endpoint.ts');
  expect(new Set([...client].map(packageOf))).toContain('undici');
});

it('the HTTP client is undici without its fetch, and the SDK comes without its chain', async () => {
  const inputs = [...(await readParts()).values()].flatMap((part) => Object.keys(part.inputs));
  const unused = /undici\/lib\/(web|mock|cache|interceptor)\/|credential-provider|event-streams/;
  expect(inputs.filter((path) => unused.test(path))).toEqual([]);
});

it('imports no module of Node.js, which would load more than is used', async () => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.mjs'));
  for (const name of names) {
    const code = await readFile(join(directory, name), 'utf8');
    expect(code).not.toMatch(/\bfrom ?"node:|\brequire\("/);
  }
});

it('the asset has no source map, and is at most 200 KB zipped', async () => {
  const names = await readdir(directory);
  expect(names.filter((name) => name.endsWith('.map'))).toEqual([]);
  const files = names.map(async (name) => [name, await readFile(join(directory, name))] as const);
  const zipped = zipSync(Object.fromEntries(await Promise.all(files)));
  expect(zipped.length).toBeLessThanOrEqual(200 * 1024);
  // A bundle that is not there would be small too.
  expect((await stat(join(directory, 'index.mjs'))).size).toBeGreaterThan(100_000);
});

it('the metafiles, from which the bills of materials are made, name files alone', async () => {
  for (const name of ['lambda', 'cli', 'console', 'infra']) {
    const text = await readFile(join(root, `dist/build/${name}.meta.json`), 'utf8');
    const { inputs, outputs } = JSON.parse(text) as Metafile;
    const named = [inputs, ...Object.values(outputs).map((part) => part.inputs)].flatMap(
      Object.keys,
    );
    expect(named.length).toBeGreaterThan(0);
    await Promise.all([...new Set(named)].map((path) => stat(join(root, path))));
  }
});
