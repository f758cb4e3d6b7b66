import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import type { HttpRequest } from '../../../emulators/wire/http-server.ts';
import { CallGate, type CrashPoint } from '../../support/call-gate.ts';
import { RotationWatch } from '../../support/crashed-rotations.ts';
import { expectNoSecrets } from '../../support/no-secrets.ts';
import { type DeployedClient, startDeployedClient } from '../../support/start-deployed-client.ts';
import { plainClient } from '../../support/start-parts.ts';
import { ClientSecretId } from '../../support/start-rotating-client.ts';
import { WorldClock } from '../../support/world-clock.ts';

const leastRotations = 100;
const halfDay = 12 * 3_600;

/** A call that has an effect. A kill before a read and one after it are the same. */
const change = /Put|Tag|Update|POST|DELETE/;

const otherCredential = 'a call for the other credential';

interface Guarded extends DeployedClient {
  readonly gate: CallGate;
  readonly watch: RotationWatch;
  /** What the watch found wrong after some call. */
  readonly problems: unknown[];
  /** The lines since the last look. */
  readonly lines: string[];
  /** The tokens that IMS issued since the last look. */
  readonly tokens: Set<string>;
}

async function start(): Promise<Guarded> {
  const clock = await WorldClock.start();
  const problems: unknown[] = [];
  const lines: string[] = [];
  const tokens = new Set<string>();
  let watch: RotationWatch | undefined;
  const gate = new CallGate({
    nameOf,
    // Secrets Manager tries again later, when a secret that nothing names may be deleted.
    onCrash: () => clock.advance(2 * halfDay),
    onCall: async (answer) => {
      const token = /"access_token":"([^"]+)"/.exec(answer)?.[1];
      if (token !== undefined) tokens.add(token);
      await watch?.check().catch((error: unknown) => problems.push(error));
    },
  });
  const deployed = await startDeployedClient({
    clock,
    through: (url) => gate.open(url),
    // A frozen process that was killed as well costs an attempt, too.
    rotationAttempts: 4,
    onLog: (line) => lines.push(line),
  });
  gate.guard(deployed.lambda, deployed.functionName);
  watch = new RotationWatch(deployed);
  await watch.check();
  return { ...deployed, gate, watch, problems, lines, tokens };
}

/** For example `PutSecretValue client`, `TagResource token` or `DELETE secrets`. */
function nameOf({ method, url, headers, body }: HttpRequest): string {
  const action = String(headers['x-amz-target'] ?? '').replace('secretsmanager.', '');
  if (action === 'ListSecrets') return action;
  const kind = /fusion\/(client|token)/.exec(body.toString())?.[1];
  if (action !== '') return kind === undefined ? otherCredential : `${action} ${kind}`;
  return `${method} ${url.pathname.startsWith('/console') ? 'secrets' : url.pathname}`;
}

async function settle({ secretsManager, lambda }: Guarded): Promise<void> {
  await secretsManager.idle();
  await lambda.idle();
  await secretsManager.idle();
}

async function renew(world: Guarded): Promise<void> {
  await world.tick();
  await settle(world);
}

async function beginByHand(world: Guarded): Promise<void> {
  world.clock.advance(halfDay);
  await renew(world);
  world.clock.advance(3_600);
  await plainClient(world).send(new RotateSecretCommand({ SecretId: ClientSecretId }));
}

async function beginOnSchedule(world: Guarded): Promise<void> {
  const { clock, secretsManager } = world;
  const due = secretsManager.nextRotation ?? 0;
  clock.moveTo(due - 3_600_000);
  await renew(world);
  clock.moveTo(due + 1_000);
  secretsManager.rotateDue();
}

/** Rotates with a crash at a point, and renews until the old secret is deleted at Adobe. */
async function rotate(world: Guarded, byHand: boolean, point?: CrashPoint): Promise<void> {
  const { clock, gate, secretsManager, denied, problems } = world;
  gate.restart();
  await (byHand ? beginByHand(world) : beginOnSchedule(world));
  gate.restart(point);
  await settle(world);
  for (let half = 0; half < 8 && (await world.tag()) !== 'none'; half += 1) {
    clock.advance(halfDay);
    await renew(world);
  }
  const [entry] = await world.entries();
  const outcome = {
    // Not the secrets themselves, which a failure would print.
    live: world.live().map((value) => value === entry?.client_secret),
    tag: await world.tag(),
    denied: denied(),
    errors: [...secretsManager.errors],
    problems: [...problems],
    limit: world.lines.filter((line) => line.includes('ERR_CLIENT_SECRET_LIMIT')),
  };
  expect(outcome, JSON.stringify(point)).toEqual({
    live: [true],
    tag: 'none',
    denied: [],
    errors: [],
    problems: [],
    limit: [],
  });
}

/** Forgets the lines, too. */
function expectSafeLines({ lines, tokens, adobe }: Guarded): void {
  const values = adobe.secrets.slice(-3).map(({ value }) => value);
  expectNoSecrets(lines.splice(0).join('\n'), [...values, ...tokens]);
  tokens.clear();
}

function pointsOf(calls: readonly string[]): readonly CrashPoint[] {
  const numbered = calls
    .map((name, index) => {
      const nth = calls.slice(0, index + 1).filter((other) => other === name).length;
      return { name, nth };
    })
    .filter(({ name }) => name !== otherCredential);
  const changes = numbered.filter(({ name }) => change.test(name));
  return [
    ...numbered.map((call) => ({ ...call, when: 'before' as const })),
    ...changes.map((call) => ({ ...call, when: 'after' as const })),
  ];
}

it('a client secret survives a kill of the deployed function at each call of its rotation', {
  timeout: 3_600_000,
}, async () => {
  const world = await start();
  await rotate(world, true);
  const points = pointsOf(world.gate.calls);
  const rotations = Math.max(leastRotations, points.length);
  const seen = new Set<string | undefined>();
  let crashes = 0;
  for (let rotation = 0; rotation < rotations; rotation += 1) {
    const before = world.watch.deleted;
    const point = points[rotation % points.length];
    await rotate(world, rotation % 2 === 1, point);
    // A renewal that comes at once with a step makes some of its calls twice, or not.
    if (point?.nth === 1) expect(world.gate.hasCrashed, point.name).toBe(true);
    if (world.gate.hasCrashed) crashes += 1;
    expect(world.watch.deleted).toBe(before + 1);
    seen.add(world.live()[0]);
    expectSafeLines(world);
  }
  expect(seen.size).toBe(rotations);
  expect(crashes).toBeGreaterThan(0.9 * rotations);
  // Secrets that were added, but not stored: the next run has deleted them.
  expect(world.watch.orphans).toBeGreaterThan(0);
});
