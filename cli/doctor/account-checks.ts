import { Account, type Caller } from '../aws/account.ts';
import { CliError } from '../errors.ts';
import { skewOf } from '../rotator/check-clock.ts';
import type { Session } from '../session.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';

/** Checks who calls AWS, and by which clock. */
export function accountChecks(session: Session, region: string): readonly Check[] {
  const caller = new Account(session.signal).caller();
  caller.catch(() => undefined);
  return [
    check('AWS credentials', async () => {
      try {
        const { arn } = await caller;
        return ok(`${arn}, in ${region}`);
      } catch (error) {
        if (!(error instanceof CliError && error.code === 'ERR_AWS_CREDENTIALS')) throw error;
        return failed(error.message, error.fix ?? 'sign in');
      }
    }),
    check('clock', async () => clockFinding(await caller, session)),
  ];
}

function clockFinding(caller: Caller, session: Session): Finding {
  const skew = skewOf(caller, session);
  if (skew === undefined) return unknown('the response of AWS has no date');
  if (skew.words === undefined) return ok(`within ${Math.abs(skew.seconds)} s of AWS's`);
  return failed(
    skew.words,
    'set the clock of this machine; until then the times shown here are wrong',
  );
}
