import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../support/document.ts';
import { recipe } from '../support/recipes.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const built = (file: string): Promise<string> => readFile(join(root, 'dist/client', file), 'utf8');

/** The modules that importing one of them loads, with their texts. */
async function loaded(file: string, texts = new Map<string, string>()) {
  if (texts.has(file)) return texts;
  const text = await built(file);
  texts.set(file, text);
  for (const [, imported = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
    await loaded(imported, texts);
  }
  return texts;
}

it('costs a reader of Secrets Manager less than 6 KB', async () => {
  const texts = [...(await loaded('index.js')).values()];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(bytes).toBeGreaterThan(3000);
  expect(bytes).toBeLessThan(6144);
});

it.each(['index.js', 'index.cjs'])('loads nothing but Node’s modules as %s', async (file) => {
  for (const text of (await loaded(file)).values()) {
    const packages = [...text.matchAll(/(?:from|import|require\()"([^."][^"]*)"/g)].map(
      ([, name]) => name,
    );
    expect(packages.filter((name) => !name?.startsWith('node:'))).toEqual([]);
  }
});

it('imports the SDK only when it is used', async () => {
  const text = await built('index.js');
  expect(text).toContain('import("@aws-sdk/client-secrets-manager")');
  expect(await built('index.cjs')).toContain('import("@aws-sdk/client-secrets-manager")');
});

it('declares no type of another package', async () => {
  for (const file of [
    'index',
    'options',
    'token-error',
    'create-token-reader',
    'create-ims-fetch',
  ]) {
    for (const ending of ['d.ts', 'd.cts']) {
      expect(await built(`${file}.${ending}`)).not.toMatch(/from '[^.]/);
    }
  }
});

it.each(['index.js', 'index.cjs'])('is bundled as %s by an app without the SDK', async (file) => {
  const app = await mkdtemp(join(tmpdir(), 'bundled-'));
  onTestFinished(() => rm(app, { recursive: true }));
  await cp(join(root, 'dist/client'), app, { recursive: true });
  const { errors } = await build({
    absWorkingDir: app,
    entryPoints: [file],
    bundle: true,
    platform: 'node',
    write: false,
    logLevel: 'silent',
  });
  expect(errors).toEqual([]);
});

it('is bundled by the command that docs/consumers.md has', async () => {
  const app = await temporaryDirectory();
  await mkdir(join(app, 'node_modules'));
  await symlink(root, join(app, 'node_modules/ims-token-rotator'));
  await writeFile(join(app, 'app.ts'), "export * from 'ims-token-rotator/client';\n");
  const [, command = ''] = /^npx (esbuild .*)$/m.exec(recipe('Install the client', 'sh')) ?? [];
  expect(command).not.toBe('');
  await promisify(execFile)('sh', ['-c', `${join(root, 'node_modules/.bin')}/${command}`], {
    cwd: app,
  });
  const { createTokenReader } = await import(join(app, 'app.mjs'));
  expect(createTokenReader).toBeTypeOf('function');
});
