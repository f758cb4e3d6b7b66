/** The text and examples of a command's help. Commander adds its arguments and options. */
export interface CommandHelp {
  readonly summary: string;
  readonly examples: readonly string[];
  readonly more?: string | undefined;
}

export const help = {
  status: {
    summary: 'show the state of the credentials',
    examples: ['status', 'status fusion firefly --json', 'status --watch'],
    more:
      'Needs only permission to list secrets, and reads no value. Exits with 1 if any\n' +
      'credential is failing, expired or overdue.',
  },
  console: {
    summary: 'look at the fleet in a browser',
    examples: ['console', 'console --allow-actions', 'console --port 8080 --no-open'],
    more:
      'Serves a page on this machine alone, until Ctrl-C. Needs only permission to\n' +
      'list secrets, and shows more with more; it reads no value. Its address works\n' +
      'once. docs/console.md has the rights and how it is kept safe.',
  },
  renew: {
    summary: 'renew tokens now',
    examples: ['renew fusion', 'renew fusion --force', 'renew --all'],
    more:
      'Keeps a token that is not due, unless --force is given. A forced renewal names\n' +
      'the version that it replaces, so that it happens only once.',
  },
  onboard: {
    summary: 'create the secrets of a credential, and store it',
    examples: [
      'onboard fusion credential.json --product workfront-fusion',
      'onboard firefly - < credential.json',
      'onboard fusion .env --credential FUSION --mint --dry-run',
    ],
    more:
      'FILE is in any form that Adobe provides; - reads stdin. Without FILE, the\n' +
      'command asks for it. It is stored in the documented form. The rotator finds\n' +
      'the secrets by name, without a deployment.',
  },
  'put-credential': {
    summary: 'store a new credential, and wait for its token',
    examples: ['put-credential fusion credential.json', 'put-credential fusion'],
    more:
      'FILE is in any form that Adobe provides; - reads stdin. Without FILE, the\n' +
      'command asks for it. It is stored in the documented form. Asks before it\n' +
      'replaces the credential of another client id, or of another IMS host.',
  },
  offboard: {
    summary: 'delete the secrets of a credential',
    examples: ['offboard fusion', 'offboard fusion --yes --recovery-days 7'],
    more: 'First shows who has read the secrets, according to CloudTrail, and asks.',
  },
  token: {
    summary: 'print the token, for use in a shell',
    examples: [
      'token fusion --field expires_at',
      'ims-token-rotator token fusion --header | curl -H @- https://…',
      'vars=$(ims-token-rotator token fusion --env); eval "$vars"',
    ],
    more:
      'Prints no token to a terminal without --show. --env sets IMS_ACCESS_TOKEN,\n' +
      'IMS_CLIENT_ID, IMS_ORG_ID and IMS_TOKEN_EXPIRES_AT, and unsets what it cannot\n' +
      'set: all of them if the token cannot be had. What keeps the command from\n' +
      'starting prints nothing: look at its exit code.',
  },
  doctor: {
    summary: 'check the account, the rotator and a credential',
    examples: [
      'doctor',
      'doctor fusion --mint',
      'doctor fusion --api https://fusion.adobe.io/api/v3/…',
    ],
    more:
      '✓ passed. ✗ failed, and the command exits with 1. ? could not be\n' +
      'checked, for the reason shown.',
  },
  pause: {
    summary: 'stop renewing a credential',
    examples: ['pause fusion'],
  },
  resume: { summary: 'renew a paused credential again', examples: ['resume fusion'] },
  'rotate-client-secret': {
    summary: 'replace a client secret at Adobe now',
    examples: ['rotate-client-secret fusion'],
    more:
      'Has Secrets Manager rotate it, where the stack has switched that on, and waits\n' +
      'for the new token. The old client secret works for another day.',
  },
  leaked: {
    summary: 'answer a leak: replace what has leaked, and make it useless',
    examples: ['leaked fusion', 'leaked fusion --token', 'leaked fusion --yes --now'],
    more:
      'Replaces the client secret and the token, deletes the leaked secret at Adobe,\n' +
      'invalidates all earlier tokens, and proves it. After a failure, run the command\n' +
      'that it prints: it goes on. It needs the I/O Management API in the project;\n' +
      '--token does not.',
  },
  local: {
    summary: 'run AWS, IMS and the rotator on this machine',
    examples: ['local', 'local --port 4566 --tick 60'],
    more: 'Ctrl-C stops it.',
  },
  completion: {
    summary: 'print a script that completes the commands',
    examples: [
      'eval "$(ims-token-rotator completion bash)"',
      'eval "$(ims-token-rotator completion zsh)"',
      'ims-token-rotator completion fish | source',
    ],
    more:
      'Put the line into ~/.bashrc, into ~/.zshrc after compinit, or into\n' +
      '~/.config/fish/config.fish. ims-token-rotator must be in your PATH:\n' +
      'npm install --global FILE puts it there, with the file that npm pack makes.',
  },
} as const satisfies Record<string, CommandHelp>;

/** The text that follows commander's own help of a command. */
export function helpBehind({ examples, more }: CommandHelp): string {
  const lines = examples.map((example) =>
    example.includes('ims-token-rotator') ? `  ${example}` : `  ims-token-rotator ${example}`,
  );
  return ['', ...(more === undefined ? [] : [more, '']), 'Examples:', ...lines].join('\n');
}

export const exitCodes = `
Exit codes: 0 success, 1 unhealthy or failed, 2 usage error, 130 after Ctrl-C.
AWS credentials, Region and endpoints (AWS_ENDPOINT_URL) come from the
environment and your profile. docs/runbook.md has a section for each error code.`;
