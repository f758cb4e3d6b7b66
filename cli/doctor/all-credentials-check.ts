import { type ListedCredential, listCredentials } from '../rotator/credentials.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { hasUnseenExpiry, isUnhealthy } from '../view/credential-state.ts';
import { nextCommand } from '../view/next-command.ts';
import { someOf } from '../view/some-of.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';

const mostNamed = 5;

/** Checks that no credential needs somebody to act, from metadata alone. */
export function allCredentialsCheck(session: Session, rotator: Rotator): Check {
  return check('state', async (): Promise<Finding> => {
    const { options } = session;
    const all = await listCredentials(session, rotator);
    const bad = all.flatMap((one) => problemOf(one) ?? []);
    if (all.length === 0)
      return unknown('there is none', nextCommand('onboard NAME FILE', options));
    if (bad.length === 0) {
      const { function: target } = rotator;
      const unseen = all.filter(hasUnseenExpiry).map(({ name }) => name);
      const known = unseen.length === 0 ? '' : 'known to be ';
      const text = `${all.length}, none ${known}failing, expired or overdue`;
      const gaps = [
        ...(unseen.length === 0
          ? []
          : [
              `only the values of ${unseen.length} show when their tokens expire: ${someOf(unseen)}`,
            ]),
        ...(target.kind === 'hidden' ? ['declared ones whose secrets are gone are not seen'] : []),
      ];
      if (gaps.length === 0) return ok(text);
      const read = unseen[0] && nextCommand(`doctor ${unseen[0]}`, options);
      const fix = read ?? (target.kind === 'hidden' ? target.why.fix : undefined);
      return unknown([text, ...gaps].join('; '), fix);
    }
    const names = bad.slice(0, mostNamed).map(({ name, words }) => `${name} (${words})`);
    const more = bad.length > mostNamed ? `, and ${bad.length - mostNamed} more` : '';
    const fix = nextCommand(`doctor ${bad[0]?.name}`, options);
    return failed(`${bad.length} of ${all.length}: ${names.join(', ')}${more}`, fix);
  });
}

/** The token's problem first, which cannot wait. */
function problemOf(credential: ListedCredential): { name: string; words: string } | undefined {
  const { name, state, isRotationOverdue } = credential;
  const rotation = isRotationOverdue ? ['client secret rotation overdue'] : [];
  const words = [...(isUnhealthy(credential) ? [state] : []), ...rotation].join(', ');
  return words === '' ? undefined : { name, words };
}
