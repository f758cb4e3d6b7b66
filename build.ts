import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';

// On Lambda the credentials are in the environment, which the SDK's chain looks at first. The rest
// of the chain (profiles, SSO, web identity and the clients it brings) would be a tenth of the bundle.
const unusedCredentialProviders = ['ini', 'login', 'process', 'sso', 'web-identity'].map(
  (name) => `@aws-sdk/credential-provider-${name}`,
);

// An experimental parser, which undici loads only when its environment variable asks for it.
const unusedParser = ['../milo/simd.js', '../milo/no-simd.js'];

const common = {
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  // undici is CommonJS and requires Node's own modules.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

/** The contents of every file that is built, by its path. */
const built = new Map<string, string | Uint8Array>();

async function bundle(options: BuildOptions): Promise<void> {
  const { outputFiles = [] } = await build({ ...options, write: false });
  for (const { path, contents } of outputFiles) built.set(path, contents);
}

/** Bundles the function once: what the tests and `npm start` run is what the stack deploys. */
await bundle({
  ...common,
  entryPoints: ['lambda/handler.ts'],
  outfile: 'dist/lambda/index.mjs',
  sourcemap: true,
  target: 'node24',
  external: [...unusedCredentialProviders, ...unusedParser],
});

/** The operator's commands, in parts: a command loads the services that it asks, and no others. */
await bundle({
  ...common,
  entryPoints: { 'ims-token-rotator': 'cli/main.ts' },
  outdir: 'dist/cli',
  outExtension: { '.js': '.mjs' },
  splitting: true,
  target: 'node22',
  external: unusedParser,
});
// The embedded world runs functions by it, in processes of their own.
const bootstrap = await readFile('emulators/lambda/bootstrap.mjs');
built.set(resolve('dist/cli/bootstrap.mjs'), bootstrap);

/**
 * The client, for both module systems. As ES modules in parts: reading from Secrets Manager loads no
 * more than it needs.
 */
const client = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node22',
  external: ['@aws-sdk/*'],
  logLevel: 'warning',
} satisfies BuildOptions;
const types = await mkdtemp(join(tmpdir(), 'types-'));
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
await Promise.all([
  bundle({
    ...client,
    entryPoints: ['client/index.ts'],
    outdir: 'dist/client',
    format: 'esm',
    splitting: true,
  }),
  bundle({
    ...client,
    entryPoints: ['client/index.ts'],
    outfile: 'dist/client/index.cjs',
    format: 'cjs',
  }),
  promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.client.json', '--outDir', types]),
]);
// TypeScript reads `.d.ts` as the types of an ES module, and `.d.cts` as those of a CommonJS one.
const declared = new Set(['index']);
for (const name of declared) {
  const declaration = await readFile(join(types, `${name}.d.ts`), 'utf8');
  const commonJs = declaration.replaceAll(/ from '\.\/([\w-]+)\.ts'/g, (_, imported: string) => {
    declared.add(imported);
    return ` from './${imported}.cts'`;
  });
  built.set(resolve(`dist/client/${name}.d.ts`), declaration);
  built.set(resolve(`dist/client/${name}.d.cts`), commonJs);
}
await rm(types, { recursive: true });

/** Replaces only what has changed, each file at once: other processes may be running from them. */
for (const [path, contents] of built) {
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(Buffer.from(contents))) continue;
  await mkdir(dirname(path), { recursive: true });
  const isProgram = Buffer.from(contents).toString('latin1', 0, 2) === '#!';
  await writeFile(`${path}.new`, contents, { mode: isProgram ? 0o755 : 0o644 });
  await rename(`${path}.new`, path);
}
for (const directory of new Set([...built.keys()].map((path) => dirname(path)))) {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (!built.has(path)) await rm(path, { recursive: true });
  }
}
