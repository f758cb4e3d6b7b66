import * as v from 'valibot';
import { clientSecretScopes } from './contract.ts';
import { secretId } from './documented-form.ts';
import { idEchoes } from './echo.ts';
import { ConsoleRequestError } from './errors.ts';
import { type EpochSeconds, epochSeconds } from './instant.ts';
import { listProblems, problemsOf } from './problems.ts';
import { isOfProxy, readRemoteError } from './remote-error.ts';
import { parseRetryAfter } from './retry-delay.ts';
import { Sensitive } from './sensitive.ts';

/** The scopes of the token with which a credential manages its own client secrets. */
export const consoleScopes: readonly string[] = [
  'AdobeID',
  'openid',
  'read_organizations',
  'additional_info.projectedProductContext',
  'additional_info.roles',
  'adobeio_api',
  ...clientSecretScopes,
];

/** The response of the Developer Console's API, unparsed. */
export interface ConsoleResponse {
  readonly status: number;
  readonly body: string;
  /** The Retry-After header, unparsed. */
  readonly retryAfter?: string | undefined;
}

/** What the response is to be read with. */
export interface ConsoleAsked {
  readonly now: EpochSeconds;
  /** Everything secret that the other side knows. */
  readonly secrets: readonly Sensitive[];
}

/** A client secret as the Console lists it, which is without its value. */
export interface ListedSecret {
  readonly uuid: string;
  readonly createdAt: EpochSeconds;
  /** Undefined for one that was never used, as far as the Console knows. */
  readonly lastUsedAt: EpochSeconds | undefined;
}

/** A client secret that was just added. The Console shows its value this once. */
export interface AddedSecret {
  readonly uuid: string;
  readonly createdAt: EpochSeconds;
  readonly secret: Sensitive;
}

const uuid = v.pipe(v.string('is not a string'), v.regex(secretId, 'is not an id'));

// The end of the year 9999. Later ones are not written as other instants are.
const latest = 253_402_300_799_999;

/** Milliseconds since 1970 as text, or as a number. */
const instant = v.pipe(
  v.union([v.string(), v.number()], 'is not a time'),
  v.transform(Number),
  v.check(
    (ms) => Number.isSafeInteger(ms) && ms >= 0 && ms <= latest,
    'is not a time in milliseconds',
  ),
  v.transform((ms) => epochSeconds(Math.floor(ms / 1000))),
);

const usages = v.nullish(v.array(v.object({ last_used_at: v.nullish(instant) })), []);

const listed = v.pipe(
  v.object({ uuid, created_at: instant, secret_usages: usages }),
  v.transform(({ uuid, created_at, secret_usages }): ListedSecret => {
    const uses = secret_usages.flatMap(({ last_used_at }) => last_used_at ?? []);
    const lastUsedAt = uses.length === 0 ? undefined : epochSeconds(Math.max(...uses));
    return { uuid, createdAt: created_at, lastUsedAt };
  }),
);

// Adobe allows two, and each is checked against all that is secret.
const mostListed = 20;

const list = v.object({
  client_secrets: v.pipe(
    v.array(v.unknown(), 'is not a list'),
    v.maxLength(mostListed, `has more than ${mostListed} secrets`),
    v.array(listed),
  ),
});

const added = v.object({
  uuid,
  created_at: instant,
  client_secret: v.pipe(
    v.string('is not a string'),
    v.regex(/^[\x21-\x7e]{1,1024}$/, 'is empty, too long, or not printable ASCII'),
  ),
});

/**
 * The client secrets that a credential has at Adobe.
 *
 * @throws ConsoleRequestError ERR_CONSOLE_UNAVAILABLE when asking again may help (408, 429, 5xx), ERR_CONSOLE_PROXY for what only a proxy answers,
 * ERR_CONSOLE_REJECTED for any other refusal, ERR_CONSOLE_MALFORMED for a success that is no list
 * @see https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/implementation
 */
export function parseSecretList(
  response: ConsoleResponse,
  asked: ConsoleAsked,
): readonly ListedSecret[] {
  const { client_secrets } = parse(list, response, asked);
  for (const one of client_secrets) assertNoEcho(one, response, asked.secrets);
  return client_secrets;
}

/** The client secret that was added. @throws ConsoleRequestError as `parseSecretList` */
export function parseAddedSecret(response: ConsoleResponse, asked: ConsoleAsked): AddedSecret {
  const { uuid, created_at, client_secret } = parse(added, response, asked);
  const secret = new Sensitive(client_secret);
  assertNoEcho({ uuid }, response, [...asked.secrets, secret]);
  return { uuid, createdAt: created_at, secret };
}

/**
 * A deletion has no body. One that is repeated finds nothing, which is as good. A page is that of a proxy,
 * which has deleted nothing.
 *
 * @throws ConsoleRequestError as `parseSecretList`
 */
export function assertDeleted(response: ConsoleResponse, asked: ConsoleAsked): void {
  const { status, body } = response;
  const isJson = typeof parseJson(body) === 'object';
  if (status === 404 && isJson) return;
  assertSuccess(response, asked);
  if (!isJson && body.trim() !== '') throw malformed(status, 'it is no JSON');
}

/** A uuid is logged, and gets into a tag. */
function assertNoEcho(
  { uuid }: Pick<ListedSecret, 'uuid'>,
  { status }: ConsoleResponse,
  secrets: readonly Sensitive[],
): void {
  const known = secrets.map((secret) => secret.reveal());
  if (!idEchoes(uuid, known)) return;
  throw malformed(status, 'a uuid may repeat a secret');
}

function parse<Output>(
  schema: v.GenericSchema<unknown, Output>,
  response: ConsoleResponse,
  asked: ConsoleAsked,
): Output {
  assertSuccess(response, asked);
  const parsed = v.safeParse(schema, parseJson(response.body), { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw malformed(response.status, listProblems(problemsOf(parsed.issues)));
}

function malformed(status: number, problems: string): ConsoleRequestError {
  const message = `the Console API answered ${status} with an unexpected body: ${problems}`;
  return new ConsoleRequestError('ERR_CONSOLE_MALFORMED', message, { status });
}

/** True for the code of a failure after which Adobe has certainly not done what was asked. */
export function isUndone(code: string): boolean {
  const undone = ['REJECTED', 'CERTIFICATE', 'PROXY', 'UNRESOLVED'].map(
    (why) => `ERR_CONSOLE_${why}`,
  );
  return undone.includes(code);
}

/** Adobe's documents and its API description disagree about which success it is. */
function assertSuccess({ status, body, retryAfter }: ConsoleResponse, asked: ConsoleAsked): void {
  if (status >= 200 && status < 300) return;
  const secrets = asked.secrets.map((secret) => secret.reveal());
  const { code: errorCode, text } = readRemoteError(body, secrets);
  const told = [status, errorCode, text && `(${text})`].filter(Boolean).join(' ');
  throw new ConsoleRequestError(failureCodeOf(status), `the Console API answered ${told}`, {
    status,
    errorCode,
    retryAfter: parseRetryAfter(retryAfter, asked.now),
  });
}

function failureCodeOf(status: number) {
  if (isOfProxy(status)) return 'ERR_CONSOLE_PROXY';
  const isTransient = status === 408 || status === 429 || status >= 500;
  return isTransient ? 'ERR_CONSOLE_UNAVAILABLE' : 'ERR_CONSOLE_REJECTED';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
