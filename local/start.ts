import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { environmentVariables } from '../core/contract.ts';
import { type DemonstrationOptions, demonstrate, type Step } from './demonstration.ts';

const usage = `Usage: npm start -- [--json] [--credentials FILE]

Runs the main job on this machine: the embedded world, the bundle, one credential, two ticks.

  --json              print one JSON object instead of text
  --credentials FILE  use a credential of yours with the real Adobe IMS, in any form that the
                      rotator accepts; the token stays on this machine
  --help              print this help
`;

/** The environment variables that the function inherits, to reach the real IMS. */
const inherited = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const { json, file } = options;
  const demonstration = await demonstrationOptions(file);
  if (typeof demonstration === 'number') return demonstration;
  const began = performance.now();
  const steps: Step[] = [];
  let error: string | undefined;
  if (!json) print(introduction(file));
  try {
    for await (const step of demonstrate(demonstration)) {
      steps.push(step);
      if (!json) print(paragraph(steps.length, step));
    }
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  const ok = error === undefined;
  if (json) {
    const ims = file === undefined ? 'stand-in' : (demonstration.imsEndpointUrl ?? 'real');
    print(JSON.stringify({ ok, ims, seconds, error, steps }, null, 2));
  } else if (ok) {
    print(`All ${steps.length} steps passed in ${seconds} s. To keep the world up: npm run local`);
  } else {
    process.stderr.write(`Step ${steps.length + 1} failed: ${error}\n`);
  }
  return ok ? 0 : 1;
}

function readOptions(): number | { readonly json: boolean; readonly file: string | undefined } {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        credentials: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help) return { json: values.json, file: values.credentials };
    print(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
}

async function demonstrationOptions(
  file: string | undefined,
): Promise<number | DemonstrationOptions> {
  if (file === undefined) return {};
  let document: string;
  try {
    document = await readFile(file, 'utf8');
  } catch (error) {
    process.stderr.write(`cannot read the credential: ${(error as Error).message}\n`);
    return 2;
  }
  const size = Buffer.byteLength(document);
  if (size === 0 || size > 65_536) {
    process.stderr.write(`${file} has ${size} bytes; a secret can have 1 to 65536\n`);
    return 2;
  }
  const environment = Object.fromEntries(
    inherited.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])),
  );
  return {
    credential: { file, document },
    environment,
    imsEndpointUrl: process.env[environmentVariables.imsEndpointUrl],
  };
}

function introduction(file: string | undefined): string {
  const ims = file === undefined ? 'a stand-in for Adobe IMS' : `Adobe IMS and ${file}`;
  return `IMS token rotator: the main job on this machine,\nwith ${ims}\n`;
}

function paragraph(number: number, { title, facts }: Step): string {
  const width = Math.max(...Object.keys(facts).map((key) => key.length));
  const lines = Object.entries(facts).map(([key, fact]) => `     ${key.padEnd(width)}  ${fact}`);
  return [` ${number}  ${title}`, ...lines, ''].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
