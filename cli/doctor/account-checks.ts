import { Account, type Caller } from '../aws/account.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { type Check, check, type Finding, failed, ok, unknown } from './check.ts';

// IMS and AWS reject requests signed or dated by a clock that is further off.
const skewTolerance = 300;

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

function clockFinding({ at }: Caller, { now }: Session): Finding {
  if (at === undefined) return unknown('the response of AWS has no date');
  const skew = now() - at;
  if (Math.abs(skew) <= skewTolerance) return ok(`within ${Math.abs(skew)} s of AWS's`);
  return failed(
    `this machine is ${formatDuration(skew)} ${skew > 0 ? 'ahead of' : 'behind'} AWS`,
    'set the clock of this machine; until then the times shown here are wrong',
  );
}
