import type { RotationState } from '../../core/client-secret-rotation.ts';
import { isUnfinished, replaces } from '../../core/open-answer.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import type { CliError } from '../errors.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';

/** The client secrets that an answer takes for leaked. */
export interface Leaked {
  readonly secrets: readonly Sensitive[];
  /** As far as Adobe lists them. */
  readonly uuids: readonly string[];
  /** The version that holds them. */
  readonly versionId: string | undefined;
}

/** How far the answer to the leak of a client secret has come. */
export interface Progress {
  /** The version that has leaked; undefined if an earlier run has replaced one that is not known. */
  leakedId: string | undefined;
  /** Undefined until the client secret is read. */
  leaked: Leaked | undefined;
  /** The leaked client secret is gone at Adobe. */
  isGone: boolean;
}

/**
 * The leaked client secrets: all of a version; or those of the version that it has replaced, if an
 * answer had stored it. Whatever was stored before that may not have leaked, or be dead.
 *
 * @param state the rotation tag, by which an answer goes on with its version
 */
export function leakedIn(
  { session: { digest } }: Pick<Answer, 'session'>,
  { id, found }: UsableVersion,
  versions: readonly ClientVersion[],
  state?: RotationState,
): Leaked {
  const { clientId, clientSecrets } = found.credential;
  if (state === undefined || !isUnfinished(id, state)) {
    return { secrets: clientSecrets, uuids: [], versionId: id };
  }
  const own = new Set(revealAll(clientSecrets));
  const replaced = versions.find((one) => replaces(digest, id, one.id));
  const { credential } = replaced?.found ?? {};
  const held = credential?.clientId === clientId ? credential.clientSecrets : [];
  const secrets = held.filter((secret) => !own.has(secret.reveal()));
  return { secrets, uuids: [], versionId: replaced?.id };
}

/**
 * The next step after an answer has stopped. The command names what has leaked, so that it looks for itself at
 * what others have stored since, and says what is left then.
 */
export function goOn({ answering, progress }: Answer, failure: CliError | undefined): string {
  const complete = answering(progress.leakedId);
  if (failure === undefined || failure.code === 'ERR_CREDENTIAL_CHANGED') return complete;
  // Only tokens are left then.
  if (progress.isGone) return complete;
  return `${complete}; if that keeps failing, do not wait: answer the leak by hand: see "When something leaked" in docs/client-secret-rotation.md`;
}
