import { build } from 'esbuild';

// On Lambda the credentials are in the environment, which the SDK's chain looks at first. The rest
// of the chain (profiles, SSO, web identity and the clients it brings) would be a tenth of the bundle.
const unusedCredentialProviders = ['ini', 'login', 'process', 'sso', 'web-identity'].map(
  (name) => `@aws-sdk/credential-provider-${name}`,
);

// An experimental parser, which undici loads only when its environment variable asks for it.
const unusedParser = ['../milo/simd.js', '../milo/no-simd.js'];

/** Bundles the function once: what the tests and `npm start` run is what the stack deploys. */
await build({
  entryPoints: ['lambda/handler.ts'],
  outfile: 'dist/lambda/index.mjs',
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  external: [...unusedCredentialProviders, ...unusedParser],
  // undici is CommonJS and requires Node's own modules.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
