// What people and programs do to credentials.

import { longestWait } from './bounds.ts';
import type { ClientRotation } from './client-rotation.ts';
import type { Credential } from './credential.ts';
import { atAdobe } from './deeds-at-adobe.ts';
import { onConsole } from './deeds-on-console.ts';
import { onSecrets } from './deeds-on-secrets.ts';
import { type Doing, nothingToDo } from './doing.ts';
import { type DeedKind, type deeds, finalDeeds } from './faults.ts';
import { NativeRotation } from './native-rotation.ts';
import type { Deed } from './plan.ts';
import { labelEvent } from './scheduler.ts';
import { AwsError } from './secrets-manager.ts';
import type { World } from './world.ts';

type Table = Readonly<Record<(typeof deeds)[number], Doing>>;
type OnConsole = ReturnType<typeof onConsole>;

const renewal = ({ plan }: Credential) => ({ action: 'renew', credential: plan.name });

const invocations = {
  force: (world, credential, { choice }) => {
    credential.disturb(world.clock.now, world.clock.now);
    world.lambda.send({ ...renewal(credential), force: true });
    // Somebody is impatient, and asks again whenever a forced renewal is allowed.
    const more = choice < 0.3 ? 8 : 0;
    for (let again = 1; again <= more; again += 1) {
      world.clock.after(again * (choice < 0.1 ? 5 : 70), () => {
        credential.disturb(world.clock.now, world.clock.now);
        world.lambda.send({ ...renewal(credential), force: true });
      });
    }
  },
  'force-a-version': (world, credential, { choice }) => {
    const replaces = credential.tokenSecret.current?.id;
    if (replaces === undefined) return nothingToDo;
    credential.disturb(world.clock.now, world.clock.now);
    const event = { ...renewal(credential), force: true, replaces };
    for (let copy = 0; copy < 4 * choice; copy += 1)
      world.clock.after(20 * copy, () => world.lambda.send(event));
    return undefined;
  },
  'force-an-old-version': (world, credential) => {
    const replaces = credential.tokenSecret.holder('AWSPREVIOUS')?.id;
    if (replaces === undefined) return nothingToDo;
    world.lambda.send({ ...renewal(credential), force: true, replaces });
    return undefined;
  },
  'renew-if-due': (world, credential) => world.lambda.send(renewal(credential)),
  'ask-status': (world) => world.lambda.invoke({ action: 'status' }),
  'tell-of-a-token-secret': ({ lambda }, { tokenSecret: { arn, name } }) => {
    lambda.invoke(labelEvent(arn, name));
  },
  'send-nonsense': (world) => world.lambda.invoke({ action: 'renew', credential: 'No Such Name' }),
} as const satisfies Partial<Record<DeedKind, Doing>>;

export class Operators {
  readonly #world: World;
  readonly #rotation: NativeRotation;
  readonly #onConsole: OnConsole;

  constructor(world: World, clientRotation: ClientRotation) {
    this.#world = world;
    this.#onConsole = onConsole(clientRotation);
    this.#rotation = new NativeRotation(world);
  }

  begin(deeds: readonly Deed[]): void {
    const next = (index: number): void => {
      const deed = deeds[index];
      if (deed === undefined) return;
      this.#world.clock.at(deed.at, () => {
        next(index + 1);
        this.#do(deed);
      });
    };
    next(0);
  }

  #do(deed: Deed): void {
    const { clock, counts, history } = this.#world;
    const credential = this.#world.credential(deed.credential);
    const { kind, lasts } = deed;
    history.tell(clock.now, credential.plan.name, `operator: ${kind} for ${Math.round(lasts)} s`);
    const undo = this.#attempt(credential, () =>
      this.#doingOf(kind)(this.#world, credential, deed),
    );
    if (undo === nothingToDo) return;
    counts.add('faults', kind);
    if (typeof undo !== 'function') return;
    if (kind === 'pause') credential.pause(clock.now, clock.now + lasts);
    else credential.disturb(clock.now, clock.now + lasts);
    clock.after(lasts, () => {
      history.tell(clock.now, credential.plan.name, `operator: end of ${kind}`);
      this.#attempt(credential, () => undo());
      credential.disturb(clock.now, clock.now, finalDeeds.has(kind) ? longestWait : 0);
    });
  }

  /** An operator is told of an error, and does without. */
  #attempt(credential: Credential, act: () => unknown): unknown {
    const { clock, history } = this.#world;
    try {
      return act();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      history.tell(clock.now, credential.plan.name, `operator: ${error.name}`);
      return nothingToDo;
    }
  }

  #doingOf(kind: DeedKind): Doing {
    return kind in this.#table
      ? this.#table[kind as keyof Table]
      : this.#onConsole[kind as keyof OnConsole];
  }

  readonly #table: Table = {
    ...invocations,
    ...onSecrets,
    ...atAdobe,
    'recreate-token-secret': (world, credential, deed) => {
      onSecrets['recreate-token-secret'](world, credential);
      // A secret without a token cannot be rotated.
      if (deed.choice < 0.5) this.#rotation.rotate(credential, 1);
    },
    pause: (world, credential, deed) => {
      // A rotation is refused, whoever has begun it.
      if (deed.choice < 0.3 || deed.choice > 0.7) this.#rotation.rotate(credential, 4);
      return onSecrets.pause(world, credential, deed);
    },
    rotate: (_, credential) => this.#rotation.rotate(credential, 4),
    'rotate-and-abandon': (_, credential, { choice }) =>
      this.#rotation.rotate(credential, Math.floor(choice * 4)),
    'schedule-rotation': (_, credential) => this.#rotation.schedule(credential),
    'rotate-into-nothing': (_, credential) => this.#rotation.stray(credential),
    'rotate-into-junk': (_, credential) => this.#rotation.intoJunk(credential),
  };
}
