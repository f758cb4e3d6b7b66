// In: what runs do to client secrets. Out: a violation where they break C1 to C4.
import { longestRun } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { parseInstant } from '../../core/instant.ts';
import { closingSeconds, retirementSeconds } from '../../lambda/steps/budget.ts';
import { largestSkew, longestLag } from './bounds.ts';
import type { ConsoleSecret } from './console.ts';
import type { Credential } from './credential.ts';
import type { Invocation } from './invocation.ts';
import type { Put } from './secrets-manager.ts';
import { isUnseen, labelHolding, type Tagged, writesOverNote } from './seen-before.ts';
import { clientFields, entriesIn, secretsIn } from './stored-fields.ts';
import type { World } from './world.ts';

/** For so long a retired secret stays. */
const grace = 86_400;
const day = 86_400;

export class ClientRules {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Adobe is asked for another secret: a repetition would add one more. */
  asked(invocation: Invocation, { plan: { name } }: Credential): void {
    if (invocation.hasAsked) {
      this.#violate('C3', `#${invocation.id} asked twice for a client secret`, name);
    }
    invocation.hasAsked = true;
  }

  /** A secret was added at Adobe. */
  added(invocation: Invocation, secret: ConsoleSecret): void {
    this.#count('C3: a client secret is added');
    invocation.unstored = secret.value;
  }

  /** Nothing comes between the answer with the new secret and the version that keeps it. */
  acted(invocation: Invocation, what: string, name: string | undefined): void {
    if (invocation.unstored === undefined) return;
    this.#violate('C3', `#${invocation.id} ${what} before a new client secret was stored`, name);
  }

  put(invocation: Invocation, credential: Credential, { label, value }: Put): void {
    const { name } = credential.plan;
    if (label !== 'AWSPENDING') {
      this.#violate('C1', `#${invocation.id} stored a client secret that is not tested`, name);
    }
    const fields = clientFields(value);
    const [first] = fields === undefined ? [] : secretsIn(fields);
    if (first !== invocation.unstored && invocation.unstored !== undefined) {
      this.#violate('C3', `#${invocation.id} stored another client secret than it added`, name);
    }
    invocation.unstored = undefined;
    this.#tell(invocation, name, 'stores a pending client secret');
  }

  /** AWSCURRENT is on the version of a rotation. */
  moved(invocation: Invocation, credential: Credential): void {
    const { clientSecret, console, atAdobe, plan } = credential;
    const { name } = plan;
    const before = clientFields(clientSecret.holder('AWSPREVIOUS')?.value);
    const fields = clientFields(clientSecret.current?.value);
    this.#tell(invocation, name, 'makes a client secret current');
    this.#count('C1: a client secret becomes the current one');
    if (fields === undefined) {
      this.#violate('C1', `#${invocation.id} made current what is no credential`, name);
      return;
    }
    const works = (value: string): boolean => atAdobe.secrets.has(value);
    const [first = ''] = secretsIn(fields);
    const added = console?.byValue(first);
    if (added?.isProved === false) {
      this.#violate('C1', `#${invocation.id} made current what IMS has not accepted`, name);
    }
    const worked = before !== undefined && secretsIn(before).some(works);
    if (worked && !secretsIn(fields).some(works)) {
      this.#violate('C1', `#${invocation.id} left no stored client secret that works`, name);
    }
  }

  /** A run deletes a secret at Adobe. */
  removed(invocation: Invocation, credential: Credential, secret: ConsoleSecret): void {
    const { name } = credential.plan;
    const { console } = credential;
    const worked = credential.hasWorkingSecret;
    const { currentSince = 0 } = secret;
    // Of two runs of one step, a slow one may delete what the other has made current; C1 still holds.
    const isOvertaken =
      secret.isOwn && invocation.hasOverlapped && currentSince > invocation.startedAt;
    if (isOvertaken || isUnseen(invocation, credential)) this.#world.troubled(credential);
    else if (secret.wasCurrent || !secret.isOwn) {
      this.#removedRetired(invocation, credential, secret);
    } else {
      this.#count('C2: what a rotation left over is deleted');
    }
    const label = labelHolding(invocation, credential, secret);
    if (label !== undefined && !isOvertaken) {
      this.#violate('C2', `#${invocation.id} deleted ${secret.uuid}, which ${label} holds`, name);
    }
    console?.remove(secret);
    this.#tell(invocation, name, `deletes ${secret.uuid} at Adobe`);
    if (worked && !credential.hasWorkingSecret) {
      this.#violate('C1', `#${invocation.id} deleted the last client secret that works`, name);
    }
  }

  #removedRetired(invocation: Invocation, credential: Credential, secret: ConsoleSecret): void {
    const { name } = credential.plan;
    const { uuid, retiredAt, toldUse = 0 } = secret;
    const at = retirementIn(credential, uuid);
    if (at === undefined || retiredAt === undefined) {
      this.#violate('C2', `#${invocation.id} deleted ${uuid}, which is not retired`, name);
      return;
    }
    this.#count('C2: a retired client secret is deleted');
    invocation.retired.add(name);
    if (this.#world.clock.now < Math.max(at, retiredAt) + grace - largestSkew) {
      this.#violate('C2', `#${invocation.id} deleted ${uuid} before its grace was over`, name);
    }
    const { until = 0, storedAt = 0 } = invocation.told.get(name) ?? {};
    if (until < Math.max(at, Math.floor(storedAt))) {
      this.#violate(
        'C2',
        `#${invocation.id} deleted ${uuid} before Adobe could tell of uses`,
        name,
      );
    }
    if (toldUse >= at && !isQuestion(secret, toldUse)) {
      this.#violate('C2', `#${invocation.id} deleted ${uuid}, which somebody uses`, name);
    }
  }

  tagged(invocation: Invocation, credential: Credential, { key, value, before }: Tagged): void {
    const { name } = credential.plan;
    if (writesOverNote(invocation, credential, { key, value, before })) {
      this.#violate('C3', `#${invocation.id} writes over the note of another: ${before}`, name);
    }
    this.#tell(invocation, name, `tags the client secret: ${value}`);
    if (key !== tagKeys.rotation) {
      this.#violate('invariant 10', `the tag ${key} of a client secret was set`, name);
    }
    const [, uuid = '', asked] =
      /^retired uuid=(\S+) at=\S+.*?(?: asked=(\S+))?$/.exec(value) ?? [];
    const secret = credential.console?.byUuid(uuid);
    if (secret === undefined) return;
    const askedAt = parseInstant(asked ?? '');
    if (askedAt !== undefined) secret.asked.push(askedAt);
    // Nobody can tell from the value.
    if (secret.isMistaken || isUnseen(invocation, credential)) return;
    const at = retirementIn(credential, uuid) ?? 0;
    if (secret.retiredAt === undefined || at < secret.retiredAt - largestSkew) {
      this.#violate('C2', `#${invocation.id} notes a retirement that is none`, name);
    }
  }

  /** C4: the first renewal after the grace, and what it leaves. */
  ended(invocation: Invocation): void {
    const { isDisturbed, hasOverlapped, event, startedAt, stored, struck } = invocation;
    if (invocation.isTick && invocation.hasList) this.#tellsOfLateRotations(invocation);
    if (isDisturbed || hasOverlapped || event['Step'] !== undefined) return;
    for (const name of stored) {
      const credential = this.#world.credential(name);
      if (credential.console === undefined || struck.has(name)) continue;
      if (credential.troubledUntil < startedAt - largestSkew) this.#retires(invocation, credential);
    }
  }

  #retires(invocation: Invocation, credential: Credential): void {
    const { name } = credential.plan;
    const secrets = credential.console?.secrets ?? [];
    const tag = credential.clientSecret.tags.get(tagKeys.rotation);
    if (invocation.retired.has(name)) {
      this.#count('C4: a renewal after the grace');
      const own = secrets.filter((one) => one.isOwn || one.wasCurrent);
      if (own.length === 1 && tag === 'none') return;
      this.#violate('C4', `#${invocation.id} left ${own.length} secrets, and the tag ${tag}`, name);
      return;
    }
    const fields = clientFields(credential.clientSecret.current?.value);
    const [first, ...others] = fields === undefined ? [] : entriesIn(fields);
    const old = others.find((one) => one.retired_at !== undefined);
    const secret = secrets.find(({ value }) => value === old?.client_secret);
    const successor = secrets.find(({ value }) => value === first?.client_secret);
    const isRotating = credential.clientSecret.holder('AWSPENDING') !== undefined;
    if (successor === undefined || secret === undefined || isRotating) return;
    const at = retirementIn(credential, secret.uuid);
    if (at === undefined) {
      this.#violate('C4', `#${invocation.id} does not note that ${secret.uuid} is retired`, name);
      return;
    }
    const { clock, invariants } = this.#world;
    const hasTime = invocation.deadline - closingSeconds - clock.now > retirementSeconds;
    const isUsed = (successor.uses.at(-1) ?? 0) > at;
    const isLeft = (secret.uses.at(-1) ?? 0) < at;
    const isOver = invocation.startedAt > graceEnd(credential, secret.uuid) + largestSkew;
    if (!isOver || !isUsed || !isLeft || !hasTime || !invariants.requests.mayAskAgain(credential))
      return;
    this.#violate('C4', `#${invocation.id} left ${secret.uuid}, whose grace is over`, name);
  }

  /** The metric of the alarm counts what the list shows. */
  #tellsOfLateRotations({ startedAt, metrics, id }: Invocation): void {
    const { credentials, settings } = this.#world;
    if (settings.shards > 1) return;
    const overdue = [...credentials.values()].filter(({ clientSecret, tokenSecret }) => {
      const { nextRotationAt = startedAt } = clientSecret;
      const isListed = [clientSecret, tokenSecret].every((secret) =>
        secret.isListedSince(startedAt - longestLag),
      );
      return isListed && nextRotationAt < startedAt - day - longestLag - largestSkew;
    });
    if (overdue.length === 0) return;
    this.#count('C5: a tick tells of a rotation that is late');
    const told = metrics.get('ClientSecretRotationOverdue') ?? 0;
    if (told >= overdue.length) return;
    const text = `#${id} tells of ${told} rotations that are late, not of ${overdue.length}`;
    this.#violate('C5', text, overdue[0]?.plan.name);
  }

  #count(premise: string): void {
    this.#world.counts.add('premises', premise);
  }

  #tell({ id }: Invocation, name: string, text: string): void {
    this.#world.history.tell(this.#world.clock.now, name, `#${id} ${text}`);
  }

  #violate(rule: string, text: string, name: string | undefined): void {
    this.#world.violate(rule, text, name);
  }
}

/** When the tag says that this secret was retired. */
export function retirementIn(credential: Credential, uuid: string): number | undefined {
  return retirementsIn(credential, uuid)[0];
}

/** The end of its grace, which begins anew with each question about it. */
export function graceEnd(credential: Credential, uuid: string): number {
  return Math.max(...retirementsIn(credential, uuid)) + grace;
}

function retirementsIn({ clientSecret }: Credential, uuid: string): readonly number[] {
  const tag = clientSecret.tags.get(tagKeys.rotation) ?? '';
  const [, which, ...times] =
    /^retired uuid=(\S+) at=(\S+)(?: version=\S+)?(?: asked=(\S+))?$/.exec(tag) ?? [];
  return which === uuid ? times.flatMap((time) => parseInstant(time ?? '') ?? []) : [];
}

/** True for the use of an earlier run, which asked IMS about the secret, and could not delete it then. */
function isQuestion({ asked }: ConsoleSecret, usedAt: number): boolean {
  return asked.some((at) => usedAt >= at - largestSkew && usedAt <= at + longestRun + largestSkew);
}
