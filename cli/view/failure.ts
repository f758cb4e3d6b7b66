import type { ErrorCode } from '../../core/errors.ts';

/** A failure in a person's words, and what that person does about it. */
export interface FailureWords {
  readonly words: string;
  readonly fix: string;
}

const put = 'ims-token-rotator put-credential NAME FILE';
const putAgain = `correct it in the Adobe Developer Console, then: ${put}`;
const policies = 'look at key policies and service control policies, then deploy the stack again';
const wait = 'nothing, unless it lasts: then look at https://status.adobe.com';
const askAdobe = "if it lasts, ask Adobe support with the log line's x_debug_id";
const rotateAgain = 'start the rotation again, or: ims-token-rotator renew NAME --force';

/** What IMS's own code makes of a refusal. */
const refusals: Readonly<Record<string, FailureWords>> = {
  invalid_client: {
    words: 'IMS refuses the client secret: it is wrong, deleted, or of another environment',
    fix: putAgain,
  },
  invalid_scope: {
    words: 'IMS refuses a scope: the credential does not have all that are asked for',
    fix: `add the product to the project or ask for fewer scopes; ${putAgain}`,
  },
  unauthorized_client: {
    words: 'IMS does not know this client for server-to-server use (client credentials grant)',
    fix: `make an OAuth Server-to-Server credential; ${putAgain}`,
  },
};

const known: Readonly<Record<ErrorCode, FailureWords>> = {
  ERR_CONFIG_INVALID: {
    words: "the function's environment is not right",
    fix: 'deploy the stack again',
  },
  ERR_EVENT_INVALID: {
    words: 'the function does not understand what it was sent',
    fix: 'deploy the stack again: the function may be older than this command',
  },
  ERR_CREDENTIAL_INVALID: {
    words: "the client secret's value is not a credential",
    fix: `${put} says what is wrong with a file, or stores it`,
  },
  ERR_CREDENTIAL_MISSING: {
    words: 'the client secret is gone, or has no value',
    fix: `${put}; if the secret is gone, see ERR_CREDENTIAL_MISSING in docs/runbook.md`,
  },
  ERR_TOKEN_SECRET_MISSING: {
    words: 'there is no token secret, or it is scheduled for deletion',
    fix: 'ims-token-rotator status shows the names there are; doctor NAME says how to get it back',
  },
  ERR_PAUSED: { words: 'somebody has paused it', fix: 'ims-token-rotator resume NAME' },
  ERR_BACKING_OFF: {
    words: 'it waits after a failure',
    fix: 'ims-token-rotator doctor NAME says which; then: ims-token-rotator renew NAME --force',
  },
  ERR_RECENTLY_ISSUED: {
    words: 'the token was issued a moment ago',
    fix: 'try again in a minute',
  },
  ERR_NO_TIME_LEFT: {
    words: 'the run was over before it was done',
    fix: 'nothing: the next tick will do it',
  },
  ERR_TOKEN_REJECTED: { words: 'IMS refused, or something on the way to it', fix: putAgain },
  ERR_TOKEN_MALFORMED: {
    words: 'IMS answered with something that cannot be a token',
    fix: askAdobe,
  },
  ERR_TOKEN_INVALID: { words: 'IMS does not take the token that it has issued', fix: askAdobe },
  ERR_TOKEN_UNAVAILABLE: { words: 'IMS was not reachable, or overloaded', fix: wait },
  ERR_TOKEN_NOT_LATER: {
    words: 'IMS gives a token that does not outlive the stored one',
    fix: "look at the credential's token lifetime at Adobe",
  },
  ERR_IMS_CERTIFICATE: {
    words: 'the TLS certificate on the way to IMS is not trusted',
    fix: 'see ERR_IMS_CERTIFICATE in docs/runbook.md: usually a proxy that inspects TLS',
  },
  ERR_IMS_PROXY: {
    words: 'the proxy on the way to IMS refuses, or cannot be reached',
    fix: "correct HTTPS_PROXY in the function's environment, or the proxy's rules",
  },
  ERR_IMS_UNRESOLVED: {
    words: 'the name of the IMS host does not resolve',
    fix: "correct the credential's ims_host, or the DNS of the function's VPC",
  },
  ERR_AWS_CERTIFICATE: {
    words: 'the TLS certificate on the way to Secrets Manager is not trusted',
    fix: 'see ERR_AWS_CERTIFICATE in docs/runbook.md: usually a proxy or an endpoint override',
  },
  ERR_AWS_UNRESOLVED: {
    words: 'the name of Secrets Manager does not resolve',
    fix: "correct the DNS of the function's VPC, or AWS_ENDPOINT_URL",
  },
  ERR_ROTATION_NEEDS_FIRST_TOKEN: {
    words: 'a rotation can only replace a token, and there is none yet',
    fix: 'ims-token-rotator renew NAME',
  },
  ERR_ROTATION_NOT_PENDING: {
    words: 'the version that was to become current is not pending any more',
    fix: rotateAgain,
  },
  ERR_ROTATION_STALE: { words: 'the pending token is of no use any more', fix: rotateAgain },
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
  ERR_SECRET_UNAVAILABLE: {
    words: 'Secrets Manager was throttling or not reachable',
    fix: 'nothing, unless it lasts',
  },
  ERR_VERSION_EXISTS: {
    words: 'a version of this id is there already',
    fix: 'nothing: the next try makes another',
  },
  ERR_VERSION_LIMIT: {
    words: 'the token secret has too many versions of the last 24 hours',
    fix: 'find out who writes it so often; it passes within a day',
  },
  ERR_STATUS_NOT_WRITTEN: {
    words: 'a failure could not be remembered in the status tag',
    fix: policies,
  },
  ERR_UNEXPECTED: { words: 'a mistake in the rotator', fix: 'report it, with the log line' },
};

/**
 * @param code such as `ERR_TOKEN_REJECTED/invalid_client`: IMS's own code is behind the slash
 * @param name of the credential, for the commands that the fix has
 */
export function explainFailure(code: string, name: string): FailureWords {
  const [own = code, imsError = ''] = code.split('/');
  const found = refusals[imsError] ?? (own in known ? known[own as ErrorCode] : undefined);
  const { words, fix } = found ?? { words: code, fix: `see ${own} in docs/runbook.md` };
  return { words, fix: fix.replaceAll('NAME', name) };
}
