import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

/** Bundles the function once: what the tests and `npm start` run is what the stack deploys. */
await build({
  ...common,
  entryPoints: ['lambda/handler.ts'],
  outfile: 'dist/lambda/index.mjs',
  sourcemap: true,
  target: 'node24',
  external: [...unusedCredentialProviders, ...unusedParser],
});

/** The operator's commands, in parts: a command loads the services that it asks, and no others. */
await rm('dist/cli', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { 'ims-token-rotator': 'cli/main.ts' },
  outdir: 'dist/cli',
  outExtension: { '.js': '.mjs' },
  splitting: true,
  target: 'node22',
  external: unusedParser,
});
// The embedded world runs functions by it, in processes of their own.
await copyFile('emulators/lambda/bootstrap.mjs', 'dist/cli/bootstrap.mjs');

/**
 * The client, for both module systems. As ES modules in parts: reading from Secrets Manager loads no
 * more than it needs.
 */
await rm('dist/client', { recursive: true, force: true });
const client = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node22',
  external: ['@aws-sdk/*'],
  logLevel: 'warning',
} satisfies BuildOptions;
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
await Promise.all([
  build({
    ...client,
    entryPoints: ['client/index.ts'],
    outdir: 'dist/client',
    format: 'esm',
    splitting: true,
  }),
  build({
    ...client,
    entryPoints: ['client/index.ts'],
    outfile: 'dist/client/index.cjs',
    format: 'cjs',
  }),
  promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.client.json']),
]);
// TypeScript reads `.d.ts` as the types of an ES module, and `.d.cts` as those of a CommonJS one.
const declared = new Set(['index']);
for (const name of declared) {
  const types = await readFile(`dist/client/${name}.d.ts`, 'utf8');
  const commonJs = types.replaceAll(/ from '\.\/([\w-]+)\.ts'/g, (_, imported: string) => {
    declared.add(imported);
    return ` from './${imported}.cts'`;
  });
  await writeFile(`dist/client/${name}.d.cts`, commonJs);
}
for (const file of await readdir('dist/client')) {
  const [, internal] = /^(.*)\.d\.ts$/.exec(file) ?? [];
  if (internal !== undefined && !declared.has(internal)) await rm(`dist/client/${file}`);
}
