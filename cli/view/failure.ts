import { type ErrorCode, errorKinds } from '../../lambda/core/errors.ts';

/** A failure in a person's words, and what that person does about it. */
export interface FailureWords {
  readonly words: string;
  readonly fix: string;
}

const putAgain =
  'correct it in the Adobe Developer Console, then: ims-token-rotator put-credential NAME FILE';
const policies = 'look at key policies and service control policies, then deploy the stack again';
const wait = 'nothing, unless it lasts: then look at https://status.adobe.com';

/** By the code that the status tag remembers; IMS's own code is behind a slash. */
const known: Readonly<Record<string, FailureWords>> = {
  'ERR_TOKEN_REJECTED/invalid_client': {
    words: 'IMS refuses the client secret: it is wrong, deleted, or of another environment',
    fix: putAgain,
  },
  'ERR_TOKEN_REJECTED/invalid_scope': {
    words: 'IMS refuses a scope: the credential does not have all that are asked for',
    fix: `add the product to the project or ask for fewer scopes; ${putAgain}`,
  },
  'ERR_TOKEN_REJECTED/unauthorized_client': {
    words: 'IMS does not know this client for server-to-server use (client credentials grant)',
    fix: `make an OAuth Server-to-Server credential; ${putAgain}`,
  },
  ERR_TOKEN_REJECTED: { words: 'IMS refused, or something on the way to it', fix: putAgain },
  ERR_TOKEN_MALFORMED: {
    words: 'IMS answered with something that cannot be a token',
    fix: "if it lasts, ask Adobe support with the log line's x_debug_id",
  },
  ERR_TOKEN_INVALID: {
    words: 'IMS does not take the token that it has issued',
    fix: "ask Adobe support with the log line's x_debug_id",
  },
  ERR_TOKEN_UNAVAILABLE: { words: 'IMS was not reachable, or overloaded', fix: wait },
  ERR_TOKEN_NOT_LATER: {
    words: 'IMS gives a token that does not outlive the stored one',
    fix: "look at the credential's token lifetime at Adobe",
  },
  ERR_CREDENTIAL_INVALID: {
    words: "the client secret's value is not a credential",
    fix: 'ims-token-rotator put-credential NAME FILE says what is wrong with a file, or stores it',
  },
  ERR_CREDENTIAL_MISSING: {
    words: 'the client secret is gone, or has no value',
    fix: 'ims-token-rotator put-credential NAME FILE, or aws secretsmanager restore-secret',
  },
  ERR_TOKEN_SECRET_MISSING: {
    words: 'the token secret is gone, or scheduled for deletion',
    fix: 'aws secretsmanager restore-secret, or deploy the stack again',
  },
  ERR_SECRET_ACCESS_DENIED: { words: 'the function may not do what it must', fix: policies },
  ERR_SECRET_DECRYPTION: {
    words: 'the key of a secret cannot decrypt',
    fix: 'enable the key, and let the function use it',
  },
  ERR_SECRET_ENCRYPTION: {
    words: 'the key of the token secret cannot encrypt',
    fix: 'enable the key, and let the function use it',
  },
  ERR_SECRET_REFUSED: { words: 'Secrets Manager refused', fix: 'see the log line for the reason' },
  ERR_SECRET_UNAVAILABLE: { words: 'Secrets Manager was throttling or not reachable', fix: wait },
  ERR_VERSION_LIMIT: {
    words: 'the token secret has too many versions of the last 24 hours',
    fix: 'find out who writes it so often; it passes within a day',
  },
};

/**
 * @param code such as `ERR_TOKEN_REJECTED/invalid_client`
 * @param name of the credential, for the commands that the fix has
 */
export function explainFailure(code: string, name: string): FailureWords {
  const [own = code] = code.split('/');
  const found = known[code] ?? known[own];
  if (found !== undefined) return { ...found, fix: found.fix.replace('NAME', name) };
  const actor = own in errorKinds ? errorKinds[own as ErrorCode].actor : 'operator';
  return { words: code, fix: `see ${own} in docs/runbook.md (who acts: ${actor})` };
}
