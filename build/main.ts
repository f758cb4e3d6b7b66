/** Builds `dist`: the function that the stack deploys, and what the npm package ships. */

import { resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundleClient, bundleCommands, bundleConstruct, bundleFunction } from './bundles.ts';
import { bundleConsole } from './console.ts';
import { declareTypes } from './declarations.ts';
import { thirdPartyNotices } from './notices.ts';
import { type Output, writeOutput } from './output.ts';
import { settingsSchema, settingsSource } from './settings-schema.ts';

const output: Output = new Map();

/** Adds what is known of a bundle: the notices beside it, and the metafile for `npm run sbom`. */
async function describe(
  name: 'cli' | 'console' | 'infra' | 'lambda',
  metafile: Metafile,
): Promise<void> {
  output.set(resolve(`dist/build/${name}.meta.json`), JSON.stringify(ofFiles(metafile)));
  output.set(resolve(`dist/${name}/THIRD-PARTY-NOTICES.txt`), await thirdPartyNotices(metafile));
}

/** Without the modules that the build itself makes, which a bill of materials would take for packages. */
function ofFiles({ inputs, outputs }: Metafile): Metafile {
  const files = <Value>(modules: Record<string, Value>): Record<string, Value> =>
    Object.fromEntries(Object.entries(modules).filter(([path]) => !/^[\w-]+:/.test(path)));
  const built = Object.entries(outputs).map(
    ([path, part]) => [path, { ...part, inputs: files(part.inputs) }] as const,
  );
  return { inputs: files(inputs), outputs: Object.fromEntries(built) };
}

async function writeSchema(): Promise<void> {
  const schema = settingsSchema(await settingsSource());
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  output.set(resolve('dist/schema/settings.schema.json'), text);
}

await Promise.all([
  bundleFunction(output).then((metafile) => describe('lambda', metafile)),
  bundleCommands(output).then((metafile) => describe('cli', metafile)),
  bundleConsole(output).then((metafile) => describe('console', metafile)),
  bundleClient(output),
  bundleConstruct(output).then((metafile) => describe('infra', metafile)),
  declareTypes(output),
  writeSchema(),
]);
await writeOutput(output);
