// The model of Secrets Manager's rotation of client secrets, by schedule and by hand.
import { retirementGrace } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { RotatorError } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { isShortLived } from '../../core/renew-before.ts';
import { largestSkew } from './bounds.ts';
import { graceEnd, retirementIn } from './client-rules.ts';
import type { ConsoleSecret } from './console.ts';
import type { Credential } from './credential.ts';
import { nothingToDo } from './doing.ts';
import type { SecretVersion } from './secret.ts';
import { AwsError } from './secrets-manager.ts';
import { clientFields, entriesIn, secretsIn } from './stored-fields.ts';
import type { World } from './world.ts';

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Seconds after which the budget of requests allows another one. */
const mintInterval = 600;

/** Seconds after which Secrets Manager repeats a rotation that failed, each time all its steps. */
const pauses = [60, 700, 1_900, 3_600] as const;

interface Rotating {
  readonly credential: Credential;
  readonly arn: string;
  readonly versionId: string;
  readonly startedAt: number;
  /** Nothing but the rotation itself keeps it from its end. */
  readonly canSucceed: boolean;
  /** The steps that are called. */
  readonly count: number;
  tries: number;
  /** At its last try, Adobe had two secrets already. */
  metLimit: boolean;
  isCancelled: boolean;
}

export class ClientRotation {
  readonly #world: World;
  readonly #running = new Map<Credential, Rotating>();
  /** When the schedule starts the next one. */
  readonly #next = new Map<Credential, number>();

  constructor(world: World) {
    this.#world = world;
    const { clock } = world;
    const random = world.random.fork('console');
    for (const credential of world.credentials.values()) {
      const every = credential.plan.rotatesEvery;
      if (every === undefined) continue;
      const due = (): void => {
        this.#next.set(credential, clock.now + every);
        if (credential.clientSecret.nextRotationAt !== undefined) {
          this.#attempt(() => this.rotate(credential));
        }
        clock.after(every, due);
      };
      const first = random.between(0.1, 1) * every;
      credential.clientSecret.rotatesAt(clock.now + first, clock.now);
      clock.after(first, due);
    }
  }

  /**
   * RotateSecret. If a version is pending, that rotation is repeated.
   *
   * @param count of the steps, after which somebody cancels it
   */
  rotate(credential: Credential, count: number = steps.length): boolean {
    const { secretsManager, clock } = this.#world;
    const { clientSecret, console } = credential;
    if (this.#running.has(credential) || console === undefined) return nothingToDo;
    const { arn } = clientSecret;
    const pending = clientSecret.holder('AWSPENDING');
    const isNew = pending === undefined || pending.labels.has('AWSCURRENT');
    const isEmpty = isNew || pending.value === undefined;
    const versionId = isNew ? this.#world.versionId() : pending.id;
    if (isNew) secretsManager.rotate(arn, versionId);
    const rotating: Rotating = {
      credential,
      arn,
      versionId,
      startedAt: clock.now,
      canSucceed:
        hasBudget(this.#world, credential) &&
        (isEmpty ? hasRoom(this.#world, credential) : isUsable(credential, pending)),
      count,
      tries: 0,
      metLimit: false,
      isCancelled: false,
    };
    this.#running.set(credential, rotating);
    credential.delay(clock.now, clock.now);
    this.#tell(rotating, 'begins');
    this.#step(rotating, 0);
    return true;
  }

  /** RotateSecret with RotateImmediately=false: one step, with a version that is thrown away after it. */
  test(credential: Credential): boolean {
    const { secretsManager, lambda } = this.#world;
    const { clientSecret } = credential;
    if (this.#running.has(credential)) return nothingToDo;
    const { arn, current } = clientSecret;
    const versionId = this.#world.versionId();
    secretsManager.rotate(arn, versionId);
    if (current?.value !== undefined) {
      secretsManager.put(arn, { versionId, value: current.value, label: 'AWSPENDING' });
    }
    const event = { Step: 'testSecret', SecretId: arn, ClientRequestToken: versionId };
    lambda.invoke(event, () => {
      if (clientSecret.holder('AWSPENDING')?.id !== versionId) return;
      this.#attempt(() => secretsManager.move(arn, 'AWSPENDING', undefined, versionId));
    });
    return true;
  }

  /** A rotation that fails leaves its date in the past. */
  #reschedule(credential: Credential): void {
    const { clientSecret } = credential;
    const next = this.#next.get(credential);
    if (next === undefined || clientSecret.nextRotationAt === undefined) return;
    clientSecret.rotatesAt(next, this.#world.clock.now);
  }

  #step(rotating: Rotating, index: number): void {
    const { clock, lambda, weather, random } = this.#world;
    const { credential, arn, versionId, count } = rotating;
    const { clientSecret } = credential;
    const isOver = rotating.isCancelled || index >= count || clientSecret.isDeleted;
    const isMine =
      clientSecret.holder('AWSPENDING')?.id === versionId || clientSecret.current?.id === versionId;
    const step = steps[index];
    if (isOver || !isMine || step === undefined) {
      this.#end(rotating, index >= steps.length);
      return;
    }
    const event = { Step: step, SecretId: arn, ClientRequestToken: versionId };
    if (weather.strikes('rotation') !== undefined) {
      this.#world.troubled(credential, 60);
      clock.after(random.between(0, 30), () => lambda.invoke(event));
    }
    lambda.invoke(event, (isDone, error) => {
      rotating.metLimit = error instanceof RotatorError && error.code === 'ERR_CLIENT_SECRET_LIMIT';
      credential.delay(clock.now, clock.now);
      if (isDone) {
        clock.after(1, () => this.#step(rotating, index + 1));
        return;
      }
      const pause = pauses[rotating.tries];
      rotating.tries += 1;
      if (pause === undefined) this.#end(rotating, false);
      else clock.after(pause, () => this.#step(rotating, 0));
    });
  }

  /** C3 and C5: what the first rotation that nothing disturbed leaves. */
  #end(rotating: Rotating, isDone: boolean): void {
    const { counts, clock } = this.#world;
    const { credential, startedAt, versionId, count } = rotating;
    const { console, clientSecret, plan } = credential;
    this.#running.delete(credential);
    this.#tell(rotating, isDone ? 'is done' : 'has failed, or was cancelled');
    if (isDone) clientSecret.rotated(clock.now);
    if (isDone) this.#reschedule(credential);
    const end = rotating.metLimit
      ? 'had no room at Adobe'
      : 'were struck, cancelled, overtaken or cut short';
    counts.add('totals', `client secret rotations that ${isDone ? 'ended well' : end}`);
    const isCalm = credential.troubledUntil < startedAt && clock.now - startedAt < 3 * 3_600;
    if (!isCalm || count < steps.length || console === undefined) return;
    counts.add('premises', 'C3: a rotation that nothing disturbed');
    const tag = clientSecret.tags.get(tagKeys.rotation);
    const pending = clientFields(clientSecret.holder('AWSPENDING')?.value);
    // One that got room after its first try has stored its secret, and the next rotation goes on with it.
    const isKept = ({ value }: ConsoleSecret): boolean =>
      !rotating.canSucceed && pending !== undefined && secretsIn(pending).includes(value);
    const left = console.secrets.find(
      (one) => isLeftOver(one) && !isKept(one) && isRemovable(credential, one, startedAt),
    );
    if (left !== undefined) {
      this.#violate('C3', `a rotation left ${left.uuid} at Adobe, with the tag ${tag}`, plan.name);
    }
    if (!rotating.canSucceed || !credential.isHealthy) return;
    counts.add('premises', 'C5: a rotation that had room');
    if (isDone && clientSecret.current?.id === versionId) return;
    this.#violate('C5', 'a rotation that nothing disturbed has failed', plan.name);
  }

  #tell({ versionId, credential }: Rotating, text: string): void {
    const { history, clock } = this.#world;
    history.tell(clock.now, credential.plan.name, `rotation of ${versionId} ${text}`);
  }

  #violate(rule: string, text: string, name: string): void {
    this.#world.violate(rule, text, name);
  }

  #attempt(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }
}

/** Nobody has ever got it, and nobody will. */
function isLeftOver({ isOwn, wasCurrent, isContested }: ConsoleSecret): boolean {
  return isOwn && !wasCurrent && !isContested;
}

/** The tag names it, but that may be forged: it was not young when it was tested. */
function isTooOld({ clientSecret }: Credential, { uuid, createdAt }: ConsoleSecret): boolean {
  const tag = clientSecret.tags.get(tagKeys.rotation) ?? '';
  const [, since = '', named] = /^adding since=(\S+) .* uuid=(\S+)$/.exec(tag) ?? [];
  return named === uuid && createdAt < (parseInstant(since) ?? 0) - 86_400 + largestSkew;
}

/** It may be deleted from then on, on the word of the tag or because nobody has used it for a day. */
function isRemovable(credential: Credential, one: ConsoleSecret, from: number): boolean {
  const tag = credential.clientSecret.tags.get(tagKeys.rotation) ?? '';
  const isNamed = tag.endsWith(` uuid=${one.uuid}`);
  const isSettled = one.createdAt < from - retirementGrace - largestSkew;
  return isNamed ? !isTooOld(credential, one) : isSettled && !mayBeStored(credential, one.uuid);
}

/** Beside the first secret that works, another one stands in the value, and may be this one. */
function mayBeStored({ console, clientSecret }: Credential, uuid: string): boolean {
  const fields = clientFields(clientSecret.current?.value);
  const entries = fields === undefined ? [] : entriesIn(fields);
  const accepted = entries.find(({ client_secret }) => console?.byValue(client_secret));
  const others = entries.filter((one) => one !== accepted && one.retired_at === undefined);
  if (entries.some((one) => one.uuid === uuid)) return others.some((one) => one.uuid === uuid);
  return others.some((one) => console?.secrets.every((listed) => listed.uuid !== one.uuid));
}

/** A version that is pending already can become the current one. */
function isUsable({ console, clientSecret }: Credential, { value, at }: SecretVersion): boolean {
  const fields = clientFields(value);
  const [first = ''] = fields === undefined ? [] : secretsIn(fields);
  const isOutdated = (clientSecret.current?.at ?? 0) > at;
  return console?.byValue(first) !== undefined && !isOutdated;
}

/** Tokens that the ticks renew nearly each time take what the rotation would ask for. */
function hasBudget({ settings }: World, { atAdobe }: Credential): boolean {
  return !isShortLived(atAdobe, settings.tick + mintInterval);
}

/** There is one secret, or the other one may be deleted. */
function hasRoom({ clock }: World, credential: Credential): boolean {
  const { secrets = [], isFull = true } = credential.console ?? {};
  const mayGo = (one: ConsoleSecret) => isLeftOver(one) && isRemovable(credential, one, clock.now);
  if (!isFull || secrets.some(mayGo)) return true;
  const fields = clientFields(credential.clientSecret.current?.value);
  const noted = fields === undefined ? [] : entriesIn(fields).map((entry) => entry.uuid);
  return secrets.some(({ uuid, uses, retiredAt }) => {
    const at = retirementIn(credential, uuid);
    const isOver = clock.now > graceEnd(credential, uuid) + largestSkew;
    if (at === undefined || !isOver || retiredAt === undefined || (uses.at(-1) ?? 0) >= at)
      return false;
    if (mayBeStored(credential, uuid)) return false;
    // Nobody knows a successor for sure that somebody has stored without its uuid.
    return secrets.some(
      (one) => one.uuid !== uuid && (one.uses.at(-1) ?? 0) > at && noted.includes(one.uuid),
    );
  });
}
