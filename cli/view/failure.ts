import type { ErrorCode } from '../../core/errors.ts';
import type { FailureCode } from '../../core/status.ts';
import type { CommonOptions } from '../common-options.ts';
import { isErrorCode } from '../errors.ts';
import { beforeResume, nextCommand } from './next-command.ts';
import { ofVersion } from './version-id.ts';

/** A failure in words, and how to fix it. */
export interface FailureWords {
  readonly words: string;
  readonly fix: string;
}

// Commands of this program stand in backticks.
const quotedCommand = /`([^`]+)`/g;

const put = '`put-credential NAME FILE`';
const putAgain = `correct it in the Adobe Developer Console, then: ${put}`;
const policies = 'check key policies and service control policies, then deploy the stack again';
const wait =
  'nothing for now; if it lasts, check https://status.adobe.com, and mint by hand before the token ends (docs/runbook.md)';
export const askAdobe = "if it lasts, give Adobe support the log line's x_debug_id";
const rotateAgain = 'start the rotation again, or: `renew NAME --force`';
const allowKey = 'enable the key, and allow the function to use it';

const unknownKey: FailureWords = {
  words: "Adobe's gateway rejects the client id: it is missing, wrong, or from another environment",
  fix: putAgain,
};

/** The rejections with an error code of IMS or of its gateway. */
const rejections: Readonly<Record<string, FailureWords>> = {
  invalid_client: {
    words: 'IMS rejects the client id or secret: wrong, deleted, or from another environment',
    fix: `if a leak was answered in another credential of this client, store the client secret that the other one holds now; otherwise ${putAgain}`,
  },
  invalid_scope: {
    words: 'IMS rejects a scope: the credential does not have all requested scopes',
    fix: `add the product to the project or request fewer scopes; ${putAgain}`,
  },
  unauthorized_client: {
    words: 'IMS does not allow this client server-to-server use (client credentials grant)',
    fix: `create an OAuth Server-to-Server credential; ${putAgain}`,
  },
  '403000': unknownKey,
  '403003': unknownKey,
};

const known: Readonly<Record<ErrorCode, FailureWords>> = {
  ERR_CONFIG_INVALID: {
    words: "the function's environment is invalid",
    fix: 'deploy the stack again',
  },
  ERR_EVENT_INVALID: {
    words: 'the function rejects the event',
    fix: 'deploy the stack again: the function may be older than this command',
  },
  ERR_CREDENTIAL_INVALID: {
    words: "the client secret's value is not a valid credential",
    fix: `${put} validates a file and stores it`,
  },
  ERR_CREDENTIAL_MISSING: {
    words: 'the client secret does not exist or has no value',
    fix: `${put}; if the secret does not exist, see ERR_CREDENTIAL_MISSING in docs/runbook.md`,
  },
  ERR_TOKEN_SECRET_MISSING: {
    words: 'the token secret does not exist, is scheduled for deletion, or is a replica',
    fix: '`status` lists the credentials; `doctor NAME` says which, and what to do',
  },
  ERR_PAUSED: { words: 'the credential is paused', fix: `${beforeResume}\`resume NAME\`` },
  ERR_BACKING_OFF: {
    words: 'the rotator waits after a failure',
    fix: '`doctor NAME` shows it; then: `renew NAME --force`',
  },
  ERR_RECENTLY_ISSUED: {
    words: 'the token was issued a moment ago',
    fix: 'use the stored token; another one can be minted 10 minutes after it',
  },
  ERR_MINT_BUDGET_SPENT: {
    words: 'several tokens were requested within a short time',
    fix: 'wait 10 minutes: the next tick then renews a token that is due; if it lasts, find out who stores or renews it again and again',
  },
  ERR_NO_TIME_LEFT: {
    words: 'the run ended before the renewal',
    fix: 'nothing: the next tick renews it',
  },
  ERR_TOKEN_REJECTED: {
    words: 'IMS, or a proxy on the way to it, rejected the request',
    fix: putAgain,
  },
  ERR_TOKEN_MALFORMED: { words: "IMS's response contains no valid token", fix: askAdobe },
  ERR_TOKEN_INVALID: { words: 'IMS rejects the token that it issued', fix: askAdobe },
  ERR_TOKEN_UNAVAILABLE: { words: 'IMS is unreachable or overloaded', fix: wait },
  ERR_TOKEN_NOT_LATER: {
    words: 'IMS issued a token that does not expire later than the stored one',
    fix: "check the credential's token lifetime at Adobe",
  },
  ERR_IMS_CERTIFICATE: {
    words: 'the TLS certificate on the way to IMS is not trusted',
    fix: 'see ERR_IMS_CERTIFICATE in docs/runbook.md: usually a proxy that inspects TLS',
  },
  ERR_IMS_PROXY: {
    words: 'the proxy on the way to IMS refuses, or cannot be reached',
    fix: "correct the function's proxy or the secret with its password, or the proxy's rules",
  },
  ERR_IMS_UNRESOLVED: {
    words: 'the name of the IMS host does not resolve',
    fix: "correct the credential's ims_host, or the DNS of the function's VPC",
  },
  ERR_AWS_CERTIFICATE: {
    words: 'the TLS certificate on the way to Secrets Manager is not trusted',
    fix: 'see ERR_AWS_CERTIFICATE in docs/runbook.md: usually a proxy or an endpoint override',
  },
  ERR_AWS_PROXY: {
    words: 'the proxy on the way to Secrets Manager refuses, or cannot be reached',
    fix: "correct the function's proxy or its rules, or except Secrets Manager's host from it",
  },
  ERR_AWS_UNRESOLVED: {
    words: 'the name of Secrets Manager does not resolve',
    fix: "correct the DNS of the function's VPC, or AWS_ENDPOINT_URL",
  },
  ERR_PROXY_SECRET_INVALID: {
    words: "the secret of the function's proxy holds no user name and password",
    fix: 'store {"username":"…","password":"…"} in it',
  },
  ERR_ROTATION_NEEDS_FIRST_TOKEN: {
    words: 'a rotation can only replace a token, and none is stored yet',
    fix: '`renew NAME`',
  },
  ERR_ROTATION_NOT_PENDING: {
    words: 'the version to make current is no longer pending',
    fix: rotateAgain,
  },
  ERR_ROTATION_STALE: { words: 'the pending token is no longer usable', fix: rotateAgain },
  ERR_SECRET_ACCESS_DENIED: {
    words: 'the function is not authorized to use the secret',
    fix: policies,
  },
  ERR_SECRET_DECRYPTION: { words: 'the key of a secret cannot decrypt', fix: allowKey },
  ERR_SECRET_ENCRYPTION: { words: 'the key of the token secret cannot encrypt', fix: allowKey },
  ERR_SECRET_REFUSED: {
    words: 'Secrets Manager rejected the request',
    fix: 'see the log line for the reason',
  },
  ERR_SECRET_UNAVAILABLE: {
    words: 'Secrets Manager is throttling or unreachable',
    fix: 'nothing, unless it lasts',
  },
  ERR_VERSION_EXISTS: {
    words: 'a version with this id exists already',
    fix: 'nothing: the next attempt uses another id; if the log line names a command, run that first',
  },
  ERR_VERSION_LIMIT: {
    words: 'the token secret has too many versions from the last 24 hours',
    fix: 'find out what writes it so often; the limit clears within a day',
  },
  ERR_CLIENT_SECRET_LIMIT: {
    words: 'the credential has two client secrets at Adobe, and none may be deleted for a third',
    fix: 'delete the one that nobody uses in the Developer Console, and start the rotation again',
  },
  ERR_CONSOLE_REJECTED: {
    words: "Adobe's Developer Console refuses to show or change the client secrets",
    fix: 'for 401 or 403, add the I/O Management API to the project; for 404, correct credential_id or console_org_id; without an error code of Adobe in the log line, look for a proxy on the way',
  },
  ERR_CONSOLE_MALFORMED: {
    words: "Adobe's Developer Console gave an answer that cannot be used",
    fix: 'start the rotation again in some hours; if it fails again, see ERR_CONSOLE_MALFORMED in docs/runbook.md',
  },
  ERR_CONSOLE_UNAVAILABLE: {
    words: "Adobe's Developer Console is throttling or unreachable",
    fix: `try again; if it lasts, check https://status.adobe.com`,
  },
  ERR_CONSOLE_CERTIFICATE: {
    words: "the TLS certificate on the way to Adobe's Developer Console is not trusted",
    fix: `see ERR_CONSOLE_CERTIFICATE in docs/runbook.md: usually a proxy that inspects TLS`,
  },
  ERR_CONSOLE_PROXY: {
    words: "the proxy on the way to Adobe's Developer Console refuses, or cannot be reached",
    fix: `have the proxy allow api.adobe.io, or correct its address or password`,
  },
  ERR_CONSOLE_UNRESOLVED: {
    words: "the name of Adobe's Developer Console, api.adobe.io, does not resolve",
    fix: `correct the DNS there`,
  },
  ERR_STATUS_NOT_WRITTEN: {
    words: 'the function could not write the status tag',
    fix: policies,
  },
  ERR_UNEXPECTED: { words: 'a bug in the rotator', fix: 'report it with the log line' },
};

const leakUnproven = 'ERR_LEAK_UNPROVEN';

/** True if another credential ends the failure. That is no first step while an answer to a leak is open. */
export function isCuredByStoring(failure: FailureCode): boolean {
  return found(failure)?.fix.includes(put) === true;
}

/** A failure in words. */
export function failureWords(failure: FailureCode): string {
  if (failure.code === leakUnproven) {
    return 'the answer to a leak is not complete, so that what has leaked may still work';
  }
  return found(failure)?.words ?? failure.code;
}

/** @param name the credential, and `options` the given ones, for the commands in the fix */
export function explainFailure(
  failure: FailureCode & { readonly leakedId?: string | undefined },
  name: string,
  options: CommonOptions,
): FailureWords {
  const words = failureWords(failure);
  if (failure.code === leakUnproven) {
    return { words, fix: nextCommand(`leaked ${name}${ofVersion(failure.leakedId)}`, options) };
  }
  const fix = found(failure)?.fix.replace(quotedCommand, (_, next: string) =>
    nextCommand(next.replaceAll('NAME', name), options),
  );
  return { words, fix: fix ?? `see ${failure.code} in docs/runbook.md` };
}

function found({ code, imsError = '' }: FailureCode): FailureWords | undefined {
  if (Object.hasOwn(rejections, imsError)) return rejections[imsError];
  return isErrorCode(code) ? known[code] : undefined;
}
