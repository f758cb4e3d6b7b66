import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { lazyBuiltins, undiciParts, withoutUnused } from './function-plugins.ts';
import type { Output } from './output.ts';

// An experimental parser, which undici loads only when its environment variable asks for it.
const unusedParser = ['../milo/simd.js', '../milo/no-simd.js'];

const common = {
  bundle: true,
  minify: true,
  platform: 'node',
  // The licences of what is bundled are in THIRD-PARTY-NOTICES.txt.
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

const program = {
  ...common,
  format: 'esm',
  mainFields: ['module', 'main'],
  // undici is CommonJS and requires Node's own modules.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
} satisfies BuildOptions;

/** Bundles, and adds the files to the output. */
async function bundle(output: Output, options: BuildOptions): Promise<Metafile> {
  const { outputFiles, metafile } = await build({ ...options, write: false, metafile: true });
  for (const { path, contents } of outputFiles) output.set(path, contents);
  return metafile;
}

/**
 * The function, bundled once: what the tests and `npm start` run is what the stack deploys. In parts,
 * because a run in which no token is due needs no HTTP client for IMS. Their source maps are kept
 * apart, for `npm run symbolicate`: Lambda would load them at every start.
 */
export async function bundleFunction(output: Output): Promise<Metafile> {
  const built: Output = new Map();
  const metafile = await bundle(built, {
    ...common,
    format: 'esm',
    mainFields: ['module', 'main'],
    entryPoints: { index: 'lambda/handler.ts' },
    outdir: 'dist/lambda',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'part-[hash]',
    splitting: true,
    plugins: [lazyBuiltins, undiciParts, withoutUnused],
    // Without the parser that undici loads only when an environment variable asks for it, as in the
    // undici that Node.js itself is built with.
    define: { esbuildDetection: 'true' },
    sourcemap: 'external',
    sourcesContent: false,
    target: 'node24',
  });
  const named = numberParts(metafile);
  for (const [path, contents] of built) {
    const name = named(basename(path));
    const isMap = name.endsWith('.map');
    output.set(
      resolve(isMap ? 'dist/build' : 'dist/lambda', name),
      isMap ? contents : named(Buffer.from(contents).toString()),
    );
  }
  return JSON.parse(named(JSON.stringify(metafile)));
}

/**
 * Replaces the hashes in the names of a bundle's parts by numbers. The hashes change with the source
 * maps, so that a comment would change the asset and be deployed. The numbers are as long: positions
 * stay what the maps say.
 */
function numberParts({ outputs }: Metafile): (text: string) => string {
  const parts = Object.entries(outputs)
    .map(([path, { inputs }]) => ({ hash: /part-(\w{8})\.mjs$/.exec(path)?.[1], inputs }))
    .filter(({ hash }) => hash !== undefined)
    .map(({ hash = '', inputs }) => ({
      hash,
      inputs: Object.keys(inputs)
        .map((path) => path.replace(/^(\.\.\/)+/, ''))
        .sort(byText)
        .join(),
    }))
    .sort((a, b) => byText(a.inputs, b.inputs));
  const numbers = new Map(
    parts.map(({ hash }, index) => [hash, String(index + 1).padStart(8, '0')]),
  );
  return (text) =>
    text.replaceAll(/(?<=\bpart-)[A-Z0-9]{8}(?=\.mjs\b)/g, (hash) => numbers.get(hash) ?? hash);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** The operator's commands, in parts: a command loads only the clients of the services that it calls. */
export async function bundleCommands(output: Output): Promise<Metafile> {
  // The embedded world runs functions by it, in processes of their own.
  output.set(resolve('dist/cli/bootstrap.mjs'), await readFile('emulators/lambda/bootstrap.mjs'));
  return await bundle(output, {
    ...program,
    entryPoints: { 'ims-token-rotator': 'cli/main.ts' },
    outdir: 'dist/cli',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    target: 'node22',
    external: unusedParser,
  });
}

/**
 * The client, for both module systems. As ES modules in parts: reading from Secrets Manager loads no
 * more than it needs.
 */
export async function bundleClient(output: Output): Promise<readonly Metafile[]> {
  const client = {
    ...common,
    entryPoints: ['client/index.ts'],
    target: 'node22',
    // Node.js prints the line of an uncaught error.
    lineLimit: 800,
    external: ['@aws-sdk/*'],
  } satisfies BuildOptions;
  return await Promise.all([
    bundle(output, { ...client, outdir: 'dist/client', format: 'esm', splitting: true }),
    bundle(output, { ...client, outfile: 'dist/client/index.cjs', format: 'cjs' }),
  ]);
}

/**
 * The construct and the stack, as CommonJS, which both module systems can import. It loads only the
 * parts of CDK that it uses; an import from an ES module would load all of it.
 */
export async function bundleConstruct(output: Output): Promise<Metafile> {
  output.set(resolve('dist/infra/package.json'), '{ "type": "commonjs" }\n');
  return await bundle(output, {
    ...common,
    // The stack traces of synthesis show this code.
    minify: false,
    entryPoints: ['infra/index.ts'],
    outfile: 'dist/infra/index.js',
    format: 'cjs',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs'],
    // An app that is bundled may have no `__dirname`.
    banner: { js: "const ownDirectory = typeof __dirname === 'string' ? __dirname : undefined;" },
    define: { 'import.meta.dirname': 'ownDirectory' },
  });
}
