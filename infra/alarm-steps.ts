import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

/** The steps for a person who was paged and has nothing but the message. */
const steps = {
  LifeLeft: [
    '"status" shows the credential, and "doctor NAME --mint" why it fails.',
    'Remedy that; "put-credential NAME FILE" stores a new credential.',
    '"renew NAME --force" renews at once.',
    'If nothing failed, "doctor" shows whether ticks arrive. If they do, new tokens live shorter, and a tick renews in time.',
  ],
  PausedLifeLeft: [
    '"status" shows the paused credential.',
    'If a workload needs the token, "resume NAME" and "renew NAME".',
    'If nothing needs it, remove the credential from the stack and run "offboard NAME".',
  ],
  Failing: [
    '"status" shows who fails and for how long. If nobody, it is over, or an imported client secret has leaked: the log names it first (failing_credentials); run "doctor NAME".',
    'If the answer to a leak is not complete, "leaked NAME".',
    'If it is another failure of one credential, "doctor NAME --mint" shows why.',
    'If all fail alike, run "doctor" and look at https://status.adobe.com.',
    'Once the cause is gone, "renew NAME --force".',
  ],
  NewFailure: [
    '"status" shows what began to fail.',
    'If the next tick repaired it, there is nothing to do.',
    'Otherwise "doctor NAME --mint" shows why and what to do.',
  ],
  Silence: [
    '"doctor" checks the function, the schedule and the last tick, and says what to do.',
    'If both are fine, invoke the function with {"action":"tick"} and read its log.',
    'Until ticks arrive, "renew --all" every few hours.',
  ],
  EventsDropped: [
    'If "doctor" shows a recent tick and "status" no failure, it is over.',
    'Otherwise the log of the function has the code of the failure.',
  ],
  Throttles: [
    'If the reserved concurrency of the function is 0, somebody stopped it: remove that setting.',
    'If the account is busy, reserve some concurrency for the function, or request a higher quota.',
    '"doctor" shows whether ticks get through.',
  ],
  ClientSecretRotationOverdue: [
    '"doctor" shows which client secret it is, and why.',
    'The log of the function has the code of the failure, and what Adobe answered.',
    'Once the cause is gone, "rotate-client-secret NAME".',
  ],
} as const satisfies Record<string, readonly string[]>;

/** The alarms, by their section in the runbook. */
export type AlarmName = keyof typeof steps;

/** The end of an alarm's description: the address of its section, or else the steps. */
export function whereToLook(alarm: AlarmName, rotator: string, runbookUrl?: string): string {
  if (runbookUrl !== undefined) return `What to do: ${runbookUrl}#${anchorOf(alarm)}`;
  const numbered = steps[alarm].map((step, index) => `${index + 1}. ${step}`).join(' ');
  return `What to do, with "npx --no ims-token-rotator -- COMMAND --rotator ${rotator}": ${numbered}`;
}

/** CloudWatch allows 1,024 characters, of which the rest of a description needs at most 500. */
const longestUrl = 500;

/** Refuses an address that nobody who is paged could follow. */
export function checkRunbookUrl(scope: IConstruct, url: string | undefined): void {
  if (url === undefined || Token.isUnresolved(url)) return;
  const isAddress = /^https?:$/.test(URL.parse(url)?.protocol ?? '');
  if (isAddress && !/[\s#]/.test(url) && url.length <= longestUrl) return;
  refuse(
    scope,
    'RunbookUrl',
    `runbookUrl must be an http or https address without a fragment, of at most ${longestUrl} ` +
      `characters, for example https://wiki.example.com/runbook.md; it is "${url}"`,
  );
}

/** The anchor of a heading, as GitHub and GitLab make it. */
function anchorOf(alarm: AlarmName): string {
  return alarm.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}
