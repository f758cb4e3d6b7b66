import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseArgs } from 'node:util';
import { parseNetworkSettings } from '../core/config.ts';
import { certificatePattern, environmentVariables, longestSecretValue } from '../core/contract.ts';
import { type UnderstoodCredential, understandCredential } from '../core/credential.ts';
import { isPastedSecret, readersWarning } from '../core/credential-path.ts';
import { showClientId } from '../core/field-names.ts';
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

const largestBundle = 1_048_576;

/** The environment variables that the function inherits, to reach the real IMS. */
const inherited = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

/** What to do about a credential of the user, by the code in the error. */
const remedies: Readonly<Record<string, string>> = {
  ERR_IMS_CERTIFICATE:
    "if a proxy inspects TLS, give its certificate authority's PEM file: AWS_CA_BUNDLE=FILE",
  ERR_IMS_PROXY: 'correct HTTPS_PROXY, or have the proxy allow the host of IMS',
  ERR_IMS_UNRESOLVED: 'correct ims_host of the credential; behind a proxy, set HTTPS_PROXY',
  ERR_TOKEN_REJECTED: 'compare the file with the credential in the Adobe Developer Console',
};

/** `→ …`, if the error has a code. */
function remedyFor(error = ''): string {
  const [code] = /\bERR_\w+/.exec(error) ?? [];
  if (code === undefined) return '';
  return `  → ${remedies[code] ?? `see ${code} in docs/runbook.md`}\n`;
}

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
  if (!json) print(introduction(demonstration));
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
    process.stderr.write(`Step ${steps.length + 1} failed: ${error}\n${remedyFor(error)}`);
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
    const warning = readersWarning(file, await stat(file), process.getuid?.());
    if (warning !== undefined) process.stderr.write(`warning: ${warning}\n`);
    bytes = await readWithin(file, longestSecretValue);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const name = isPastedSecret(file)
      ? 'FILE, which looks like a secret and so is not shown'
      : file;
    process.stderr.write(`cannot read ${name}: ${code}\n`);
    return 2;
  }
  if (bytes.length > longestSecretValue) {
    process.stderr.write(
      `${file} has more than ${longestSecretValue} bytes, and a secret cannot\n`,
    );
    return 2;
  }
  let read: UnderstoodCredential;
  try {
    read = understandCredential(decodeText(bytes), {}, choice);
  } catch (error) {
    const invalid = error as InvalidCredential;
    if (json) {
      const text = `${invalid.name}: ${invalid.message}`;
      print(JSON.stringify({ ok: false, error: text, steps: [] }, null, 2));
    } else {
      process.stderr.write(rejectionOf(file, invalid));
    }
    return 1;
  }
  try {
    parseNetworkSettings(process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  try {
    await trustCompany();
  } catch (error) {
    process.stderr.write(`cannot read AWS_CA_BUNDLE: ${(error as Error).message}\n`);
    return 2;
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

/** At most one byte more than `largest`: a device may have no end. */
async function readWithin(file: string, largest: number): Promise<Buffer> {
  return await buffer(createReadStream(file, { end: largest }));
}

/** Makes AWS_CA_BUNDLE do what it does for the commands: Node.js knows its own variable only. */
async function trustCompany(): Promise<void> {
  const { AWS_CA_BUNDLE: file = '', NODE_EXTRA_CA_CERTS: extra = '' } = process.env;
  if (file === '' || extra !== '') return;
  const text = (await readWithin(file, largestBundle)).toString('latin1');
  const certificates = text.match(certificatePattern) ?? [];
  setDefaultCACertificates([...getCACertificates('default'), ...certificates]);
  process.env['NODE_EXTRA_CA_CERTS'] = file;
}

interface InvalidCredential extends Error {
  readonly problems: readonly { readonly field: string; readonly message: string }[];
}

/** In the words of `onboard`. */
function rejectionOf(file: string, { name, problems }: InvalidCredential): string {
  const lines = problems.map(({ field, message }) => `  ${field} ${message}\n`).join('');
  const forms = '  → see the accepted forms in docs/reference.md, "Credential forms"\n';
  return `${name} ${file} is not a valid credential:\n${lines}${forms}`;
}

/** What was understood, without any secret. */
function sentenceOf({ form, name, credential, unused }: UnderstoodCredential): string {
  const { clientId, clientSecrets, scopes, orgId, imsHost } = credential;
  const parts = [
    `client ${showClientId(clientId)}`,
    `${clientSecrets.length} ${clientSecrets.length === 1 ? 'secret' : 'secrets'}`,
    `${scopes.length} ${scopes.length === 1 ? 'scope' : 'scopes'}`,
    orgId === undefined ? 'no organization' : `organization ${orgId}`,
    imsHost,
    ...(unused.length === 0 ? [] : [`not used: ${unused.join(', ')}`]),
  ];
  return `${form}${name === undefined ? '' : ` ("${name}")`}: ${parts.join('; ')}`;
}

function introduction({ credential, imsEndpointUrl }: DemonstrationOptions): string {
  const { file, understood } = credential ?? {};
  const host = imsEndpointUrl === undefined ? 'Adobe IMS' : `IMS at ${imsEndpointUrl}`;
  const ims = file === undefined ? 'a stand-in for Adobe IMS' : `${host} and ${file}`;
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
