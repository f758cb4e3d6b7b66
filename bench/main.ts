import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { bundle, World } from '../local/world.ts';

/** Prints one figure as a line of JSON. */
function print(name: string, unit: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (quantile: number): number =>
    Number((sorted[Math.floor(quantile * (sorted.length - 1))] ?? Number.NaN).toFixed(1));
  const figure = { name, unit, runs: values.length, p10: at(0.1), p50: at(0.5), p90: at(0.9) };
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function withWorld<Result>(
  credentials: number,
  use: (tick: () => Promise<unknown>, world: World) => Promise<Result>,
): Promise<Result> {
  const world = new World({ eventRule: false });
  await world.start();
  try {
    const credential = { client_id: 'bench', client_secret: 'bench-secret', scope: 'openid' };
    world.ims.registerClient({
      clientId: credential.client_id,
      clientSecrets: [credential.client_secret],
      scopes: [credential.scope],
    });
    for (let index = 0; index < credentials; index += 1) {
      world.secretsManager.seed({ name: world.secretId(`c${index}`, 'token') });
      world.secretsManager.seed({
        name: world.secretId(`c${index}`, 'client'),
        secretString: JSON.stringify(credential),
      });
    }
    return await use(async () => {
      const { functionError } = await world.lambda.invoke(world.functionName, { action: 'tick' });
      if (functionError !== undefined) throw new Error('a tick failed');
    }, world);
  } finally {
    await world.stop();
  }
}

/** The peak memory of the function's process in MiB; undefined on systems other than Linux. */
function peakMemory({ lambda, functionName }: World): number | undefined {
  const [pid] = lambda.processIds(functionName);
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return undefined;
  const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
}

async function repeat(times: number, measure: () => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let run = 0; run < times; run += 1) values.push(await measure());
  return values;
}

const { size } = await stat(bundle);
print('bundle size', 'KiB', [size / 1024]);

print(
  'first tick of a sandbox, one token minted',
  'ms',
  await repeat(10, () => withWorld(1, (tick) => timed(tick))),
);

for (const credentials of [1, 500]) {
  const figures = await withWorld(credentials, async (tick, world) => {
    const renewal = await timed(tick);
    return { renewal, memory: peakMemory(world), idle: await repeat(20, () => timed(tick)) };
  });
  print(`tick that mints ${credentials}`, 'ms', [figures.renewal]);
  if (figures.memory !== undefined) {
    print(`peak memory of a tick that mints ${credentials}`, 'MiB', [figures.memory]);
  }
  print(`tick with nothing due, ${credentials} credentials`, 'ms', figures.idle);
}
