import { showClientId } from '../../core/field-names.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import type { PendingToken } from '../../core/stored-token.ts';
import { CliError } from '../errors.ts';
import { replacingGoodOfOther } from './all-invalidated.ts';
import type { Answer } from './answer.ts';
import { isValid } from './prove.ts';

/** A token of another client than the stored one, which cannot invalidate it. */
export interface OtherToken {
  readonly versionId: string;
  readonly token: PendingToken;
}

/** Those that IMS does not reject. */
export async function stillValid(
  answer: Answer,
  tokens: readonly OtherToken[],
): Promise<readonly OtherToken[]> {
  const valid: OtherToken[] = [];
  for (const other of tokens) {
    const { token } = other;
    const isUseful = await isValid(answer, token, token.accessToken).catch((error: unknown) => {
      // Without a verdict it has to be taken for valid.
      if (error instanceof CliError && !answer.session.signal.aborted) return true;
      throw error;
    });
    if (isUseful) valid.push(other);
  }
  return valid;
}

/** One sentence for each client. Nothing proves when its tokens end, but by their lifetime. */
export function othersInWords(tokens: readonly OtherToken[]): readonly string[] {
  const clients = Map.groupBy(tokens, ({ token }) => token.clientId);
  return [...clients].map(
    ([clientId, own]) =>
      `earlier tokens of the client ${showClientId(clientId)}, which is not the stored one, may be valid until ${lastExpiry(own)}`,
  );
}

/** As far as it can be seen: tokens that are not stored any more are not among them. */
function lastExpiry(tokens: readonly OtherToken[]): string {
  const instants = tokens.map(({ token }) => token.expiresAt);
  return formatInstant(epochSeconds(Math.max(...instants)));
}

/** @throws CliError ERR_LEAK_UNPROVEN, since any of the stored tokens may be the leaked one */
export function assertNoneOfOthers(
  answer: Answer,
  tokens: readonly OtherToken[],
  leaked: string,
): void {
  const { names, steps } = answer;
  if (tokens.length === 0) return;
  steps.state = 'the earlier tokens of the stored client are useless';
  const isCertain = tokens.some(({ versionId }) => versionId === leaked);
  const which = isCertain ? 'the leaked token is of another client: ' : '';
  throw new CliError(
    'ERR_LEAK_UNPROVEN',
    `${which}${othersInWords(tokens).join('; ')}; the credential in ${names.client} cannot invalidate them`,
    `have Adobe support invalidate all tokens of that client (${replacingGoodOfOther(answer)}); until then, or until ${lastExpiry(tokens)}, this command ends so`,
    // Going on changes nothing about them.
    { isFixWhole: true },
  );
}
