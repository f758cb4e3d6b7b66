import { showClientId } from '../../core/field-names.ts';
import { readSettings } from '../../core/token-tags.ts';
import type { CommonOptions } from '../common-options.ts';
import { nextCommand } from '../view/next-command.ts';
import type { Answer } from './answer.ts';

type Told = Pick<Answer, 'name' | 'session' | 'token' | 'tokenOnly'>;

/** @param sharers the commands for other credentials that are known to have the client */
export function invalidatingAll(
  answer: Told,
  clientId: string,
  sharers: readonly string[] = [],
): string {
  return `have Adobe support invalidate all tokens of the client ${showClientId(clientId)}; ${replacingGood(answer, sharers)}`;
}

/** Nothing notices before the next renewal that a stored token is no longer valid. */
function replacingGood(answer: Told, sharers: readonly string[]): string {
  const { options } = answer.session;
  const renewals = [renewal(answer), ...sharers].join('; ');
  return `that ends the good ones, too, so replace those right after it: ${renewals}; and for every other credential of this client: ${renewalOfOther(options)}`;
}

/** The same for the tokens of a client that is not the stored one. */
export function replacingGoodOfOther({ session }: Pick<Answer, 'session'>): string {
  return `that ends the good ones, too, so replace those right after it, for every credential of that client: ${renewalOfOther(session.options)}`;
}

/** That may be of another rotator. */
export function renewalOfOther({ profile, region }: CommonOptions): string {
  return nextCommand('renew OTHER --force', { profile, region });
}

/** The function renews no token of a paused credential. */
function renewal({ name, session: { options }, token, tokenOnly }: Told): string {
  return readSettings(token.tags).paused
    ? tokenOnly
    : nextCommand(`renew ${name} --force`, options);
}
