import { type ClientCredential, parseCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import { decodePendingToken, type PendingToken } from '../../core/stored-token.ts';
import { readSettings } from '../../core/token-tags.ts';
import type { Secret } from '../aws/secret.ts';
import type { SecretValue } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';
import { namesOf, type Rotator, whyClientUnknown } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';

/** The metadata of a credential that the checks share. Each part is read once. */
export interface Described {
  readonly session: Session;
  readonly rotator: Rotator;
  readonly name: string;
  /** Also undefined where it is unknown which it is. */
  readonly client: Promise<Secret | undefined>;
  readonly token: Promise<Secret | undefined>;
}

/** The credential that the checks share. Each part is read once. */
export interface Subject extends Described {
  /** Rejects with CliError: ERR_CREDENTIAL_MISSING, …_INVALID, or why it is unreadable or unknown. */
  readonly credential: Promise<ClientCredential>;
  /** Rejects with CliError: ERR_TOKEN_NOT_READY, or why it is unreadable. */
  readonly stored: Promise<PendingToken>;
  /** The token secret's value and its version. Undefined when there is none. */
  readonly value: Promise<SecretValue | undefined>;
}

/** Starts describing a credential, without a read of any value. */
export function describedOf(session: Session, rotator: Rotator, name: string): Described {
  const names = namesOf(rotator, name);
  const isKnown = whyClientUnknown(rotator) === undefined;
  const client = isKnown ? session.secrets.describe(names.client) : Promise.resolve(undefined);
  const token = session.secrets.describe(names.token);
  awaitedLater(client, token);
  return { session, rotator, name, client, token };
}

/** Starts reading a credential. */
export function subjectOf(session: Session, rotator: Rotator, name: string): Subject {
  const names = namesOf(rotator, name);
  const described = describedOf(session, rotator, name);
  const why = whyClientUnknown(rotator);
  const credential =
    why === undefined
      ? readCredential(session, names.client, described.token)
      : Promise.reject<ClientCredential>(why);
  const value = session.secrets.read(names.token);
  const stored = parseStoredToken(session, value);
  awaitedLater(credential, stored, value);
  return { ...described, credential, stored, value };
}

/** The checks await them later; until then a rejection has no handler. */
function awaitedLater(...reads: readonly Promise<unknown>[]): void {
  for (const read of reads) read.catch(() => undefined);
}

async function readCredential(
  { secrets }: Session,
  secretId: string,
  token: Promise<Secret | undefined>,
): Promise<ClientCredential> {
  const found = await secrets.read(secretId);
  if (found === undefined) throw new CliError('ERR_CREDENTIAL_MISSING', 'there is none');
  // Without permission to describe the token secret, the scopes have to be in the value.
  const tags = await token.then((secret) => secret?.tags ?? {}).catch(() => ({}));
  try {
    return parseCredential(found.text.reveal(), readSettings(tags));
  } catch (error) {
    if (!(error instanceof RotatorError)) throw error;
    const { code, problems } = error;
    throw new CliError(code, 'the client secret holds no valid credential', undefined, {
      problems,
    });
  }
}

async function parseStoredToken({ now }: Session, value: Subject['value']): Promise<PendingToken> {
  const found = await value;
  if (found === undefined) throw new CliError('ERR_TOKEN_NOT_READY', 'no token is stored yet');
  // The checks send the token to its host, which therefore has to be one of Adobe's.
  const token = decodePendingToken(found.value.reveal(), now());
  if (token !== undefined) return token;
  const text = 'the stored value is not a token with a client_id and an ims_host of Adobe';
  throw new CliError('ERR_TOKEN_NOT_READY', text);
}
