// Tags and lists of a client secret that a run has seen, which it must not act against.
import { answersLeak } from '../../core/open-answer.ts';
import type { ConsoleSecret } from './console.ts';
import type { Credential } from './credential.ts';
import type { Invocation } from './invocation.ts';
import { clientFields, entriesIn } from './stored-fields.ts';

/** A tag, and the value that it had. */
export interface Tagged {
  readonly key: string;
  readonly value: string;
  readonly before?: string | undefined;
}

/** Another client secret was stored since the run was last shown it. Nothing keeps people from that. */
export function isUnseen({ shown }: Invocation, { clientSecret, plan }: Credential): boolean {
  return (clientSecret.current?.at ?? 0) > (shown.get(plan.name)?.at ?? 0);
}

/** The label of a version that holds the client secret as one that counts, and was there to be seen. */
export function labelHolding(
  { shown, event }: Invocation,
  { clientSecret, plan }: Credential,
  { value }: ConsoleSecret,
): string | undefined {
  const shownAt = shown.get(plan.name)?.at ?? 0;
  return ['AWSCURRENT', 'AWSPENDING'].find((label) => {
    const version = clientSecret.holder(label);
    const fields = clientFields(version?.value);
    if (version === undefined || fields === undefined || version.at > shownAt) return false;
    // A rotation may give up what it has added itself.
    if (label === 'AWSPENDING' && version.id === event['ClientRequestToken']) return false;
    return entriesIn(fields).some(
      ({ client_secret, retired_at }) => client_secret === value && retired_at === undefined,
    );
  });
}

/** True if a run writes over a note which it was shown, and which is all that tells what another one has left. */
export function writesOverNote(
  { event, shown }: Invocation,
  { plan }: Credential,
  { value, before = '' }: Tagged,
): boolean {
  const [, versionId] = /^(?:adding since|retired uuid)=.* version=(\S+)/.exec(before) ?? [];
  if (versionId === undefined || versionId === event['ClientRequestToken']) return false;
  if (shown.get(plan.name)?.note !== before) return false;
  return answersLeak(versionId) || (before.startsWith('adding') && value === 'none');
}
