import { parseArgs } from 'node:util';

export const usage = `Usage: npm run --silent conformance -- --endpoint URL [--prefix NAME] [--region REGION] [--yes] [MORE]
       npm run --silent conformance -- --prefix NAME [--region REGION] [--yes] [MORE]

Checks what the project relies on in Secrets Manager: at an endpoint, or else where the AWS SDK finds
one, which is at AWS unless AWS_ENDPOINT_URL or a profile says otherwise. The SDK finds the credentials
and the Region, too; an endpoint on this machine needs neither, but with AWS_PROFILE, that profile's
credentials are used, and its Region unless --region is given. Elsewhere it asks before it starts. It
creates secrets below the prefix ("conformance" without one) and deletes them by ARN, also after Ctrl-C,
SIGTERM or SIGHUP; a second one ends that, and the ARNs of what is left are shown. That takes seconds on
this machine, and at AWS some minutes. One line for each case goes to the standard error, a summary in
JSON to the standard output, which stays empty if no case was run. It exits with 0 if every case passes
or is skipped, with 1 if one fails or was not run, or a secret is left, and with 2 if an option or a
profile is wrong, or nobody agreed to the start. A case that needs more is skipped without it:

  --rotation-function ARN   conformance/rotation-function.ts, deployed, with a role that may describe,
                            read, put, tag and label secrets, and invoked by Secrets Manager
  --replica-region REGION   another Region, for replicas
  --denied-profile PROFILE  a profile whose principal may do nothing
  --disabled-key ARN        a KMS key that is disabled
`;

const strings = [
  'endpoint',
  'prefix',
  'region',
  'rotation-function',
  'replica-region',
  'denied-profile',
  'disabled-key',
] as const;

export type Options = { readonly [Option in (typeof strings)[number]]?: string | undefined } & {
  readonly yes?: boolean | undefined;
};

/**
 * Undefined when help is asked for.
 *
 * @throws TypeError for arguments that make no sense
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values }: { values: Options & { readonly help?: boolean | undefined } } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(strings.map((name) => [name, { type: 'string' } as const])),
      yes: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const { endpoint, prefix } = values;
  // A shell variable may be unset: without an endpoint, for example, the SDK would call AWS.
  const empty = strings.find((name) => values[name] === '');
  if (empty !== undefined) throw new TypeError(`--${empty} is empty.`);
  if (endpoint === undefined && prefix === undefined) {
    throw new TypeError('Give --endpoint, or --prefix for AWS.');
  }
  if (endpoint !== undefined && !isWebAddress(endpoint)) {
    throw new TypeError('--endpoint must begin with http:// or https://, and have a host.');
  }
  if (!/^[\w/+=.@-]{1,100}$/.test(prefix ?? 'x')) {
    throw new TypeError('--prefix must have 1 to 100 characters of those that a secret can have.');
  }
  return values;
}

/** `localhost:4566` is a URL too, of the scheme "localhost", and the SDK takes 4566 for its host. */
function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
