import { copyFile, rm } from 'node:fs/promises';
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
