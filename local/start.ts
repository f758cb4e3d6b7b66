import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { environmentVariables } from '../core/contract.ts';
import { type UnderstoodCredential, understandCredential } from '../core/credential.ts';
import { decodeText } from '../core/text.ts';
import { type DemonstrationOptions, demonstrate, type Step } from './demonstration.ts';

const usage = `Usage: npm start -- [--json] [--credentials FILE [--credential NAME]]

Runs the main job on this machine: the embedded world, the bundle, one credential, two ticks.

  --json              print one JSON object instead of text
  --credentials FILE  use a credential of yours with the real Adobe IMS, in any form that the
                      rotator accepts; the token stays on this machine
  --credential NAME   which credential, if the file has several
  --help              print this help
`;

/** The environment variables that the function inherits, to reach the real IMS. */
const inherited = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const { json, file } = options;
  const demonstration = await demonstrationOptions(options);
  if (typeof demonstration === 'number') return demonstration;
  const understood = demonstration.credential?.understood;
  const began = performance.now();
  const steps: Step[] = [];
  let error: string | undefined;
  if (!json) print(introduction(file, understood));
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
    print(JSON.stringify({ ok, ims, understood, seconds, error, steps }, null, 2));
  } else if (ok) {
    print(`All ${steps.length} steps passed in ${seconds} s. To keep the world up: npm run local`);
  } else {
    process.stderr.write(`Step ${steps.length + 1} failed: ${error}\n`);
  }
  return ok ? 0 : 1;
}

interface Options {
  readonly json: boolean;
  readonly file: string | undefined;
  readonly choice: string | undefined;
}

function readOptions(): number | Options {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        credentials: { type: 'string' },
        credential: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const { json, credentials: file, credential: choice } = values;
    if (!values.help) return { json, file, choice };
    print(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
}

async function demonstrationOptions({
  json,
  file,
  choice,
}: Options): Promise<number | DemonstrationOptions> {
  if (file === undefined) return {};
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    process.stderr.write(`cannot read the credential: ${(error as Error).message}\n`);
    return 2;
  }
  if (bytes.length > 65_536) {
    process.stderr.write(`${file} has ${bytes.length} bytes; a secret can have 1 to 65536\n`);
    return 2;
  }
  let read: UnderstoodCredential;
  try {
    read = understandCredential(decodeText(bytes), {}, choice);
  } catch (error) {
    const { name, message } = error as Error;
    if (json)
      print(JSON.stringify({ ok: false, error: `${name}: ${message}`, steps: [] }, null, 2));
    else process.stderr.write(`${name} ${file}: ${message}\n`);
    return 1;
  }
  const environment = Object.fromEntries(
    inherited.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])),
  );
  return {
    credential: { file, document: read.normalised.reveal(), understood: sentenceOf(read) },
    environment,
    imsEndpointUrl: process.env[environmentVariables.imsEndpointUrl],
  };
}

/** What was understood, without any secret. */
function sentenceOf({ form, name, credential, unused }: UnderstoodCredential): string {
  const { clientId, clientSecrets, scopes, orgId, imsHost } = credential;
  const parts = [
    `client ${clientId}`,
    `${clientSecrets.length} ${clientSecrets.length === 1 ? 'secret' : 'secrets'}`,
    `${scopes.length} ${scopes.length === 1 ? 'scope' : 'scopes'}`,
    orgId === undefined ? 'no organisation' : `organisation ${orgId}`,
    imsHost,
    ...(unused.length === 0 ? [] : [`not used: ${unused.join(', ')}`]),
  ];
  return `${form}${name === undefined ? '' : ` ("${name}")`}: ${parts.join('; ')}`;
}

function introduction(file: string | undefined, understood: string | undefined): string {
  const ims = file === undefined ? 'a stand-in for Adobe IMS' : `Adobe IMS and ${file}`;
  const line = understood === undefined ? '' : `${understood}\n`;
  return `IMS token rotator: the main job on this machine,\nwith ${ims}\n${line}`;
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
