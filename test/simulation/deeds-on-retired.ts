import { tagKeys } from '../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { leakMark } from '../../core/open-answer.ts';
import { longestWait } from './bounds.ts';
import { graceEnd } from './client-rules.ts';
import type { ConsoleSecret } from './console.ts';
import type { Credential } from './credential.ts';
import { type Doing, nothingToDo } from './doing.ts';
import type { retiredDeeds } from './faults.ts';
import { AwsError } from './secrets-manager.ts';
import { clientFields, entriesIn, type StoredEntry } from './stored-fields.ts';
import type { World } from './world.ts';

const day = 86_400;

/** How those deeds are done in the model. */
export const onRetired: Readonly<Record<(typeof retiredDeeds)[number], Doing>> = {
  // A run that is about to delete it has listed it already.
  'go-back-to-retired-secret': (world, credential, { choice }) => {
    const { console } = credential;
    if (console === undefined) return nothingToDo;
    console.whenListed = () => {
      const { retired, others } = retiredIn(credential);
      if (retired === undefined || graceEnd(credential, retired.uuid) > world.clock.now) return;
      console.whenListed = undefined;
      world.clock.after(choice * 2, () => {
        if (console.byUuid(retired.uuid) === undefined) return;
        const { value, uuid } = retired;
        const again = choice < 0.5 ? value : { client_secret: value, uuid };
        attempt(world, credential, 'go-back-to-retired-secret', () => {
          world.store(credential.clientSecret, withEntries(credential, [again, ...others]));
        });
        world.clock.after(2 * day, () => settle(world, credential, retired));
      });
    };
    return nothingToDo;
  },
  'mistake-uuid': (world, credential, { choice }) => {
    const { console, clientSecret } = credential;
    const { retired, others } = retiredIn(credential);
    const isOpen = credential.leakSince !== undefined;
    if (console === undefined || retired === undefined || isOpen) return nothingToDo;
    const { now } = world.clock;
    console.remove(retired);
    const added = console.add(false);
    added.isMistaken = true;
    const mistaken = {
      client_secret: retired.value,
      uuid: added.uuid,
      retired_at: formatInstant(epochSeconds(now)),
    };
    const own = { client_secret: added.value, uuid: added.uuid };
    const entries = [...others, mistaken, ...(choice < 0.5 ? [own] : [])];
    credential.disturb(now, now, longestWait);
    world.store(clientSecret, withEntries(credential, entries));
    world.secretsManager.tag(clientSecret.arn, tagKeys.rotation, undefined);
    world.clock.after(3 * day, () => settle(world, credential, added));
    return undefined;
  },
  'break-off-an-answer-to-a-leak': (world, credential, { choice, lasts }) => {
    const { console } = credential;
    if (console === undefined || credential.leakSince !== undefined) return nothingToDo;
    // Half of them are forgotten for more than a day.
    const until = lasts + ((choice * 10) % 1 < 0.5 ? 1.5 * day : 0);
    const answer = (): void =>
      attempt(world, credential, 'break-off-an-answer-to-a-leak', () => {
        if (credential.leakSince === undefined) begin(world, credential, choice, until);
      });
    if (choice > 0.5) {
      answer();
      return nothingToDo;
    }
    // A run has just deleted a client secret, and is about to note that.
    console.whenRemoved = () => {
      console.whenRemoved = undefined;
      answer();
    };
    return nothingToDo;
  },
};

/** Adds a client secret, and perhaps stores it in place of all others; the note tells how far that is. */
function begin(world: World, credential: Credential, choice: number, until: number): void {
  const { clientSecret, console } = credential;
  const { secretsManager, clock } = world;
  const pending = clientSecret.holder('AWSPENDING');
  const versionId = leakVersion(world.versionId());
  const since = formatInstant(epochSeconds(clock.now));
  if (pending !== undefined && !pending.labels.has('AWSCURRENT')) {
    secretsManager.move(clientSecret.arn, 'AWSPENDING', undefined, pending.id);
  }
  const note = (text: string): void => secretsManager.tag(clientSecret.arn, tagKeys.rotation, text);
  note(`adding since=${since} version=${versionId}`);
  credential.leakSince = clock.now;
  credential.trouble(clock.now + until);
  clock.after(until, () => complete(world, credential));
  const [leaked] = console?.secrets ?? [];
  if (choice < 0.75 || console?.isFull !== false || leaked === undefined) return;
  const { value, uuid } = console.add(false);
  const stored = withEntries(credential, [{ client_secret: value, uuid }]);
  secretsManager.put(clientSecret.arn, { versionId, value: stored });
  note(`retired uuid=${leaked.uuid} at=${since} version=${versionId}`);
  credential.disturb(clock.now, clock.now, longestWait);
  clock.after(until, () => settle(world, credential, leaked));
}

function complete(world: World, credential: Credential): void {
  const { arn, isDeleted } = credential.clientSecret;
  if (isDeleted) {
    world.clock.after(3_600, () => complete(world, credential));
    return;
  }
  credential.leakSince = undefined;
  // Whoever completes it deletes what the value held, retired ones too, and what nobody has stored.
  const { console } = credential;
  const { retired } = retiredIn(credential);
  for (const one of [...(console?.secrets ?? [])]) {
    if (one === retired || !one.isKnown) console?.remove(one);
  }
  credential.trouble(world.clock.now);
  world.secretsManager.tag(arn, tagKeys.rotation, 'none');
}

/** Somebody puts an end to it: the client secret goes, and the stored one is another that works. */
function settle(world: World, credential: Credential, old: ConsoleSecret): void {
  const { console, clientSecret } = credential;
  if (console?.byUuid(old.uuid) === undefined || console.secrets.length < 2) return;
  const { now } = world.clock;
  if (!isWritable(credential)) {
    world.clock.after(3_600, () => settle(world, credential, old));
    return;
  }
  console.remove(old);
  const left = console.secrets.map(({ value, uuid }) => ({ client_secret: value, uuid }));
  credential.disturb(now, now, longestWait);
  world.store(clientSecret, withEntries(credential, left));
}

function attempt(world: World, credential: Credential, what: string, act: () => void): void {
  const { clock, counts, history } = world;
  if (!isWritable(credential)) return;
  history.tell(clock.now, credential.plan.name, `operator: ${what}`);
  counts.add('faults', what);
  credential.disturb(clock.now, clock.now, longestWait);
  try {
    act();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

function isWritable({ clientSecret }: Credential): boolean {
  const { isDeleted, denied, isLocked } = clientSecret;
  return !isDeleted && !isLocked && !denied.has('put');
}

/** The client secret that the stored value calls retired, and is at Adobe; and the others of that value. */
function retiredIn({ clientSecret, console }: Credential): {
  readonly retired: ConsoleSecret | undefined;
  readonly others: readonly StoredEntry[];
} {
  const fields = clientFields(clientSecret.current?.value);
  const entries = fields === undefined ? [] : entriesIn(fields);
  const [first] = entries;
  const row = entries.find((one) => one !== first && one.retired_at !== undefined);
  const isInUse = first !== undefined && console?.byValue(first.client_secret) !== undefined;
  const retired = row && isInUse ? console?.byValue(row.client_secret) : undefined;
  return { retired, others: entries.filter((one) => one.retired_at === undefined) };
}

function withEntries(credential: Credential, entries: readonly (string | StoredEntry)[]): string {
  return JSON.stringify({ ...JSON.parse(credential.document([])), client_secrets: entries });
}

/** As the command makes one. */
function leakVersion(id: string): string {
  return `${id.slice(0, 14)}8${id.slice(15, 19)}8${id.slice(20, 24)}${leakMark}${id.slice(30)}`;
}
