import { readSettings } from '../../core/token-tags.ts';
import { nextCommand, resumeFix } from '../view/next-command.ts';
import type { Described } from './subject.ts';

/** The function renews no token of a paused credential, not even if it is forced to. */
export async function renewalAdvice({
  name,
  token,
  session: { options },
}: Described): Promise<string> {
  const renew = nextCommand(`renew ${name} --force`, options);
  const tags = (await token)?.tags ?? {};
  return readSettings(tags).paused ? `${resumeFix(name, options)}; then: ${renew}` : renew;
}
