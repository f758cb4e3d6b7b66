/** What each command does, and how it is used; commander makes the rest of the help. */
export interface CommandHelp {
  readonly summary: string;
  readonly examples: readonly string[];
  readonly more?: string;
}

export const help = {
  status: {
    summary: 'show how the credentials are doing',
    examples: ['status', 'status fusion firefly --json', 'status --watch'],
    more:
      'Needs the right to list secrets, and reads no value. Exits with 1 if any\n' +
      'credential is failing, expired or overdue.',
  },
  renew: {
    summary: 'have tokens renewed now',
    examples: ['renew fusion', 'renew fusion --force', 'renew --all'],
    more:
      'A token that is not due is kept, unless --force is given. A forced renewal\n' +
      'names the version that it replaces, so that it is done once.',
  },
  onboard: {
    summary: 'create the secrets of a credential, and store it',
    examples: [
      'onboard fusion credential.json --product workfront-fusion',
      'onboard firefly - < credential.json',
      'onboard fusion',
    ],
    more:
      'FILE is in any form that Adobe gives; - is stdin. Without it you are asked.\n' +
      'Nothing has to be deployed: the rotator finds the secrets by their names.',
  },
  'put-credential': {
    summary: 'store a new credential, and wait for its token',
    examples: ['put-credential fusion credential.json', 'put-credential fusion'],
    more: 'FILE is in any form that Adobe gives; - is stdin. Without it you are asked.',
  },
  offboard: {
    summary: 'delete the secrets of a credential, with care',
    examples: ['offboard fusion', 'offboard fusion --yes --recovery-days 7'],
    more: 'Says first who has read the token, as far as CloudTrail knows.',
  },
  token: {
    summary: 'print the token, for use in a shell',
    examples: [
      'token fusion --field expires_at',
      'ims-token-rotator token fusion --header | curl -H @- https://…',
      'eval "$(ims-token-rotator token fusion --env)"',
    ],
    more:
      'Prints no token to a terminal without --show. --env sets IMS_ACCESS_TOKEN,\n' +
      'IMS_CLIENT_ID, IMS_ORG_ID and IMS_TOKEN_EXPIRES_AT.',
  },
  doctor: {
    summary: 'check one thing after another',
    examples: [
      'doctor',
      'doctor fusion --mint',
      'doctor fusion --api https://fusion.adobe.io/api/v3/…',
    ],
    more:
      '✓ is as it has to be, ✗ is not (and it exits with 1), ? could not be looked at\n' +
      'and says why.',
  },
  pause: {
    summary: 'renew a credential no more until it is resumed',
    examples: ['pause fusion'],
  },
  resume: { summary: 'renew a paused credential again', examples: ['resume fusion'] },
  local: {
    summary: 'keep AWS, IMS and the rotator up on this machine',
    examples: ['local', 'local --port 4566 --tick 60'],
    more: 'Ctrl-C ends it.',
  },
} as const satisfies Record<string, CommandHelp>;

/** The text behind commander's own help of a command. */
export function helpBehind({ examples, more }: CommandHelp): string {
  const lines = examples.map((example) =>
    example.includes('ims-token-rotator') ? `  ${example}` : `  ims-token-rotator ${example}`,
  );
  return ['', ...(more === undefined ? [] : [more, '']), 'Examples:', ...lines].join('\n');
}

export const exitCodes = `
Exit codes: 0 fine, 1 unhealthy or failed, 2 wrong usage, 130 after Ctrl-C.
AWS credentials, Region and endpoints (AWS_ENDPOINT_URL) are those of your
environment and profile. Each error has a code, and docs/runbook.md a section.`;
