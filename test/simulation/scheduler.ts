// The models of EventBridge Scheduler and of EventBridge's label events.
import { shardsOf } from '../../core/contract.ts';
import { usualLateness } from './bounds.ts';
import type { Secret } from './secret.ts';
import type { World } from './world.ts';

export class Scheduler {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    const { clock, random, settings } = world;
    for (const shard of shardsOf(settings.shards)) {
      const first = clock.now + random.between(0, settings.tick);
      clock.at(first, () => this.#tick(first, shard === undefined ? {} : { shard }));
    }
  }

  #tick(planned: number, shard: { readonly shard?: string }): void {
    const { clock, random, settings, weather, lambda } = this.#world;
    const next = planned + settings.tick;
    clock.at(next, () => this.#tick(next, shard));
    const event = { action: 'tick', ...shard };
    const fault = weather.strikes('tick');
    if (fault !== undefined) this.#world.history.tell(clock.now, '', `${fault}`);
    if (fault === 'tick-skipped') {
      this.#world.disturbAll(next);
      return;
    }
    const late = fault === 'tick-late' ? random.between(0, 2 * settings.tick) : 0;
    if (late > 0) this.#world.disturbAll(clock.now + late);
    clock.after(random.between(0, usualLateness) + late, () => lambda.send(event));
    if (fault === 'tick-twice') clock.after(random.between(0, 120), () => lambda.send(event));
  }

  /** `Secret Label Updated`, for client secrets. */
  labelMoved(secret: Secret): void {
    const { clock, random, weather, lambda, history } = this.#world;
    const credential = this.#world.credentialOf(secret.arn);
    if (credential?.clientSecret !== secret) return;
    const event = labelEvent(secret.arn, secret.name);
    const fault = weather.strikes('event');
    if (fault !== undefined) history.tell(clock.now, credential.plan.name, fault);
    if (fault === 'event-lost') return;
    const late = fault === 'event-late' ? random.magnitude(60, 7_200) : 0;
    clock.after(random.between(1, 30) + late, () => lambda.send(event));
    if (fault === 'event-twice') clock.after(random.magnitude(1, 3_600), () => lambda.send(event));
  }
}

export function labelEvent(arn: string, name: string) {
  return {
    source: 'aws.secretsmanager',
    'detail-type': 'Secret Label Updated',
    resources: [arn],
    detail: { name, labelUpdated: 'AWSCURRENT' },
  };
}
