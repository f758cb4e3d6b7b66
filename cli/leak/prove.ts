import { readRotationState } from '../../core/client-secret-rotation.ts';
import { TokenRequestError } from '../../core/errors.ts';
import { showClientId, showNames } from '../../core/field-names.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { assertValidated } from '../../core/token-validation.ts';
import { asAdobeFailure } from '../adobe/failure.ts';
import { CliError, interrupted } from '../errors.ts';
import { showVersion } from '../view/version-id.ts';
import { renewalOfOther } from './all-invalidated.ts';
import { type Answer, readClientVersions } from './answer.ts';
import { deletingEarlier, untagging } from './delete-by-hand.ts';
import { readEarlierSecrets } from './earlier-secrets.ts';
import { isAccepted } from './is-accepted.ts';
import type { Source } from './mint-here.ts';
import { placeInWords } from './noted-uuid.ts';
import { type CurrentToken, readCurrentToken } from './stored-token.ts';

/** The earlier tokens. The one in use must be none of them. */
interface Earlier {
  /** The tokens that were invalidated. */
  readonly old: readonly Sensitive[];
  /** The versions of the token secret when the answer began. */
  readonly before: ReadonlySet<string>;
  /** The version of the client secret that replaces a leaked one. */
  readonly clientVersionId?: string | undefined;
}

/**
 * @throws CliError ERR_LEAK_UNPROVEN unless IMS accepts the new token, and rejects every earlier one, and
 * the token in use is a new one
 */
export async function proveTokens(
  answer: Answer,
  { versionId, token }: CurrentToken,
  { old, before, clientVersionId }: Earlier,
): Promise<void> {
  // A token of the new client secret counts as renewed: only the other answer replaces it.
  const renewing =
    clientVersionId === undefined ? [] : [`${answer.tokenOnly}, which says how to go on`];
  const wait = `wait a minute; then: ${answer.steps.command}`;
  if (!(await isValid(answer, token, token.accessToken))) {
    const fix = [wait, ...renewing.map((command) => `if it lasts: ${command}`)];
    throw unproven('IMS rejects the new token', fix.join('; '), whole);
  }
  for (const accessToken of old) {
    if (await isValid(answer, token, accessToken)) {
      const support = `${wait}; if it lasts, have Adobe support invalidate all tokens of the client ${showClientId(token.clientId)}`;
      const own = renewing.length === 0 ? [answer.tokenOnly] : renewing;
      const others = `and for every other credential of this client: ${renewalOfOther(answer.session.options)}`;
      const fix = `${[support, ...own].join('; then: ')}; ${others}`;
      throw unproven('IMS still accepts an earlier token', fix, whole);
    }
  }
  const latest = await readCurrentToken(answer);
  if (latest.versionId === versionId) return;
  const { clientSecretVersion } = latest.token;
  const isOld =
    before.has(latest.versionId) ||
    (clientVersionId !== undefined && clientSecretVersion !== clientVersionId);
  if (!isOld && (await isValid(answer, latest.token, latest.token.accessToken))) return;
  const text = isOld
    ? 'the token in use is an earlier one, or was not minted with the new client secret'
    : 'IMS rejects the token that was stored since';
  throw unproven(text, `find out who stores tokens in ${answer.names.token}`);
}

/** The leaked client secrets. */
export interface Rejected {
  /** All of which IMS rejects. */
  readonly rejected: readonly Sensitive[];
  /** The versions that could not be decrypted, or not all of which is understood. */
  readonly unreadable: readonly string[];
  /** The advice on what has leaked beside them. */
  readonly alsoLeaked: readonly string[];
}

/** @throws CliError ERR_LEAK_UNPROVEN if IMS accepts one of the leaked client secrets */
export async function proveSecrets(answer: Answer, { credential }: Source): Promise<Rejected> {
  const { progress } = answer;
  const versions = await readClientVersions(answer);
  const { secrets: old = [], uuids = [], versionId } = progress.leaked ?? {};
  for (const secret of old) {
    if (!(await isAccepted(answer, credential, secret))) continue;
    const place = `the one in version ${showVersion(versionId ?? 'UNKNOWN')} of ${answer.names.client}`;
    const fix = `wait a minute; if it lasts, delete ${placeInWords(place, uuids)} in the Adobe Developer Console, if it is still there, and no other, or have Adobe support refuse it`;
    throw unproven('IMS still accepts the leaked client secret', fix);
  }
  const { otherFields = [] } = versions.find(({ id }) => id === versionId) ?? {};
  const beside = `Version ${showVersion(versionId ?? 'UNKNOWN')} of ${answer.names.client}, which has leaked, also holds ${showNames(otherFields)}: replace what is secret there, too`;
  const alsoLeaked = otherFields.length === 0 ? [] : [beside];
  const { unread } = await readEarlierSecrets(answer, versions);
  return { rejected: old, unreadable: unread, alsoLeaked };
}

export async function isValid(
  { adobe, session, name, secrets: clientSecrets }: Answer,
  { clientId, imsHost }: CurrentToken['token'],
  accessToken: Sensitive,
): Promise<boolean> {
  const token = { clientId, imsHost, accessToken, clientSecrets };
  try {
    assertValidated(await adobe.ims.validate(token, session.signal), token, session.now());
    return true;
  } catch (error) {
    if (session.signal.aborted) throw interrupted();
    // Only a verdict of IMS says anything about the token.
    const isVerdict =
      error instanceof TokenRequestError &&
      error.code === 'ERR_TOKEN_INVALID' &&
      error.details.status === 200;
    if (isVerdict) return false;
    throw asAdobeFailure(error, name, session.options);
  }
}

// The command that it names last says how to go on.
const whole = { isFixWhole: true };

function unproven(text: string, fix: string, options?: typeof whole): CliError {
  return new CliError('ERR_LEAK_UNPROVEN', text, fix, options);
}

/** Without the leaked client secret to test, nothing proves anything. */
export async function nothingProved(answer: Answer): Promise<CliError> {
  const { session, client, tokenOnly } = answer;
  const described = await session.secrets.describe(client.arn);
  const state = readRotationState(described?.tags);
  const deletion = deletingEarlier(answer, state, await readClientVersions(answer));
  return unproven(
    'the version with the leaked client secret is gone, so that nothing proves that the secret is',
    [deletion, untagging(answer), tokenOnly].join('; then: '),
    whole,
  );
}
