import { expect, onTestFinished } from 'vitest';
import { RotatorError } from '../../core/errors.ts';
import type { ConsoleAccess, ConsoleEndpoint, Deps } from '../../core/ports.ts';
import type { ConsoleCall } from '../../emulators/console-api/fault.ts';
import { DeveloperConsole } from '../../lambda/adapters/console-endpoint.ts';
import { SecretsManager } from '../../lambda/adapters/secrets-manager.ts';
import { day, hour } from './builders.ts';
import { RotationWatch } from './crashed-rotations.ts';
import { crashing } from './crashing.ts';
import { tick } from './outcomes.ts';
import type { RotationFault, RotationPair } from './rotation-faults.ts';
import { readToken } from './start-parts.ts';
import { rotationSteps } from './start-rotating.ts';
import { type RotatingClient, startRotatingClient } from './start-rotating-client.ts';

/** Seconds. */
const moment = 0.1;
/** A question about the retired client secret that was in vain is asked again a day later. */
const mostHalves = 10;

/** Which of the calls a fault hits, of those that it may. */
export interface Course {
  /** How many it spares first. */
  readonly spared: number;
  /** All that follow, and not one alone. */
  readonly isLasting: boolean;
}

/**
 * For half of the pairs both faults last, and for the others each hits one call, not always the first: all of
 * that for each pair would take hours.
 */
export function coursesOf(index: number): readonly [Course, Course] {
  const isLasting = index % 2 === 0;
  const [one, other] = isLasting ? [0, 0] : [Math.floor(index / 2) % 3, Math.floor(index / 6) % 3];
  return [
    { spared: one ?? 0, isLasting },
    { spared: other ?? 0, isLasting },
  ];
}

/** A rotation that two faults befall. */
class StrickenRotation {
  readonly met = new Set<RotationFault>();
  readonly watch: RotationWatch;
  readonly #rotating: RotatingClient;
  #isActive = false;

  constructor(
    rotating: RotatingClient,
    pair: readonly RotationFault[],
    courses: readonly [Course, Course],
  ) {
    this.#rotating = rotating;
    this.watch = new RotationWatch(rotating);
    const { ims, consoleApi, secretsManager } = rotating.parts;
    const [one, other] = pair;
    let turns = 0;
    for (const [index, each] of pair.entries()) {
      const { spared, isLasting } = courses[index === 0 ? 0 : 1];
      const times = isLasting ? Number.POSITIVE_INFINITY : 1;
      let calls = 0;
      const meets = (): boolean => {
        if (!this.#isActive) return false;
        calls += 1;
        if (calls <= spared) return false;
        // Two faults of one call take turns: the second is asked about what the first lets pass.
        if (one?.at === other?.at && each !== other) {
          turns += 1;
          if (turns % 2 === 0) return false;
        }
        this.met.add(each);
        return true;
      };
      switch (each.of) {
        case 'Adobe':
          consoleApi.faults.inject(each.fault, {
            times,
            when: (call) => each.when(call) && meets(),
          });
          break;
        case 'IMS':
          ims.faults.inject(each.fault, { times, when: (call) => each.when(call) && meets() });
          break;
        case 'AWS':
          secretsManager.faults.inject(each.fault, {
            times,
            when: (call) => each.when(call) && meets(),
          });
      }
    }
  }

  /** Secrets Manager begins with the first step, and ends at one that fails. */
  async rotate(ports: Partial<Deps>): Promise<void> {
    await this.#under(ports, async (watched) => {
      for (const step of rotationSteps) await this.#rotating.step(step, undefined, watched);
    });
  }

  async renew(ports: Partial<Deps>): Promise<void> {
    await this.#under(ports, async (watched) => {
      await tick(this.#rotating.parts.run(watched));
    });
  }

  async #under(ports: Partial<Deps>, act: (ports: Partial<Deps>) => Promise<void>): Promise<void> {
    const watched = crashing(
      this.#rotating.parts.run(ports),
      Number.POSITIVE_INFINITY,
      this.#check,
    );
    const { secrets, lines } = this.#rotating.parts;
    this.#isActive = true;
    try {
      // Whatever else has an effect may be beside other calls, which the faults would spare.
      const consoleEndpoint = keepingTokens(watched.consoleEndpoint, secrets);
      await act({ ...ports, consoleEndpoint });
    } catch (thrown) {
      // The end of the test looks for secrets in all lines.
      lines.push({ level: 'error', message: String((thrown as Error).message), fields: {} });
      throw thrown;
    } finally {
      await this.#check();
      this.#isActive = false;
    }
  }

  /** Its own calls are spared. */
  readonly #check = async (): Promise<void> => {
    const wasActive = this.#isActive;
    this.#isActive = false;
    await this.watch.check();
    this.#isActive = wasActive;
  };

  end(): void {
    const { ims, consoleApi, secretsManager } = this.#rotating.parts;
    for (const { faults: plan } of [ims, consoleApi, secretsManager]) plan.clear();
  }
}

/** The API, whose tokens must not show either. */
function keepingTokens(
  { list, add, remove }: ConsoleEndpoint,
  secrets: Set<string>,
): ConsoleEndpoint {
  const keep = ({ accessToken }: ConsoleAccess): void => {
    secrets.add(accessToken.reveal());
  };
  return {
    list: async (access, signal) => {
      keep(access);
      return await list(access, signal);
    },
    add: async (access, signal) => {
      keep(access);
      return await add(access, signal);
    },
    remove: async (access, uuid, signal) => {
      keep(access);
      return await remove(access, uuid, signal);
    },
  };
}

/** Adapters that wait for a moment only, for answers that never come. */
function impatient({ parts }: RotatingClient, pair: readonly RotationFault[]): Partial<Deps> {
  const slow = ['unanswered', 'slow-headers', 'slow-body', 'latency'];
  if (!pair.some(({ fault }) => slow.includes(fault.kind))) return {};
  const timeouts = { connect: 1, headers: moment, total: moment };
  const consoleEndpoint = new DeveloperConsole({
    consoleEndpointUrl: parts.consoleApi.url,
    timeouts,
  });
  onTestFinished(() => consoleEndpoint[Symbol.asyncDispose]());
  const secrets = new SecretsManager({
    region: 'us-east-1',
    endpoint: parts.secretsManager.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    timeouts: { connect: 1, total: moment },
    writesPerSecond: 10_000,
  });
  return { consoleEndpoint, tokenEndpoint: parts.tokenEndpoint(moment), secrets };
}

/** A run has added a client secret at Adobe that nobody stored, a day ago. */
async function loseAnswer({ parts, step }: RotatingClient): Promise<void> {
  const when = ({ method }: ConsoleCall): boolean => method === 'POST';
  parts.consoleApi.faults.inject({ kind: 'lost-answer' }, { when, times: 1 });
  await expect(step('createSecret')).rejects.toMatchObject({ code: 'ERR_CONSOLE_UNAVAILABLE' });
  parts.clock.advance(day);
}

/** It failed, and says why in terms of its own. */
async function mayFail(work: Promise<void>): Promise<void> {
  await work.catch((thrown: unknown) => {
    expect(thrown).toBeInstanceOf(RotatorError);
    expect(thrown).not.toMatchObject({ code: 'ERR_UNEXPECTED' });
  });
}

/**
 * Has two faults befall two tries of the rotation of a client secret, or two renewals that are to delete
 * the retired one. Expects what `RotationWatch` does, and that the rotation is complete once
 * the faults have ended: nothing here knows what a fault does.
 */
export async function expectSafeRotation(
  [one, other, phase]: RotationPair,
  courses: readonly [Course, Course],
): Promise<void> {
  const pair = [one, other];
  const rotating = await startRotatingClient();
  const { parts } = rotating;
  const { clock, ims, secrets } = parts;
  const stricken = new StrickenRotation(rotating, pair, courses);
  const ports = impatient(rotating, pair);
  await stricken.watch.check();
  const isRotation = phase !== 'retirement';
  if (isRotation) await rotating.beginRotation();
  else await rotating.rotateSecret();
  if (phase === 'rotation after a lost answer') await loseAnswer(rotating);
  for (let tries = 0; tries < 2; tries += 1) {
    if (!isRotation) clock.advance(day);
    await mayFail(isRotation ? stricken.rotate(ports) : stricken.renew(ports));
    clock.advance(2 * hour);
  }
  // How often each call occurs is not known here.
  if (courses.every(({ spared }) => spared === 0)) expect(stricken.met.size).toBeGreaterThan(0);
  stricken.end();

  // Nothing tells whose a secret is that was added without an answer, so that it stays for a day.
  clock.advance(day);
  if (isRotation) await stricken.rotate({});
  for (let half = 0; half < mostHalves; half += 1) {
    clock.advance(12 * hour);
    await stricken.renew({});
    if ((await rotating.tag()) === 'none') break;
  }
  const [entry] = await rotating.entries();
  const [old] = rotating.adobe.secrets;
  // The function itself used it, if IMS rejected the new one: nobody else can tell.
  const stays = old !== undefined && stricken.watch.isUsed(old);
  const wanted = stays ? [old.value, entry?.client_secret] : [entry?.client_secret];
  expect(rotating.live()).toEqual(wanted);
  expect(stricken.watch.deleted).toBe(stays ? 0 : 1);
  const warning = 'the retired client secret stays at Adobe';
  if (stays) expect(parts.lines.map(({ message }) => message)).toContain(warning);
  const token = await readToken(parts, 'fusion');
  const { access_token: accessToken } = JSON.parse(token?.SecretString ?? '{}');
  expect(ims.isValid(accessToken)).toBe(true);
  secrets.add(accessToken);
}
