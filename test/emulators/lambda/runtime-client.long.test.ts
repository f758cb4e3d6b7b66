import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { defaultCredentials, sandboxEnvironment } from '../../../emulators/lambda/environment.ts';
import { RuntimeApi } from '../../../emulators/lambda/runtime-api.ts';
import { startRotator } from '../../support/start-rotator.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

// Its native part is compiled, together with curl, which takes minutes.
const client = 'aws-lambda-ric@4.0.2';
const compilers = ['autoreconf', 'cmake', 'g++', 'libtoolize', 'make', 'python3'];
const nodeDirectory = dirname(dirname(process.execPath));

/** What this machine lacks to build the client. */
function missing(): string[] {
  const programs = compilers.filter((name) => spawnSync(name, ['--version']).status !== 0);
  const headers = existsSync(join(nodeDirectory, 'include/node/node_api.h'));
  return headers ? programs : [...programs, "Node.js's headers"];
}

/** Starts the function under the client. @returns what hands it one event after another */
async function startUnderClient(
  directory: string,
  environment: (api: string) => NodeJS.ProcessEnv,
) {
  let ready = Promise.withResolvers<void>();
  const api = new RuntimeApi(() => ready.resolve());
  await api.start();
  const main = join(directory, 'node_modules/aws-lambda-ric/index.mjs');
  const env = environment(api.host);
  const child = spawn(process.execPath, [main], { env, cwd: env['LAMBDA_TASK_ROOT'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(text));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await api.stop();
  });
  const gone = once(child, 'exit').then(() => Promise.reject(new Error(output.join(''))));
  gone.catch(() => {});
  await Promise.race([ready.promise, gone]);
  return async (functionArn: string, event: unknown): Promise<unknown> => {
    ready = Promise.withResolvers();
    api.deliver({
      requestId: randomUUID(),
      payload: JSON.stringify(event),
      deadline: new Date(Date.now() + 120_000),
      functionArn,
      traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
    });
    await Promise.race([ready.promise, gone]);
    return { ...api.answer, payload: JSON.parse(api.answer?.payload ?? 'null') };
  };
}

it("the deployed bundle renews a token under Lambda's own runtime client", {
  timeout: 1_800_000,
}, async (context) => {
  const lacks = missing();
  if (lacks.length > 0) context.skip(`this machine lacks ${lacks.join(', ')}`);
  const directory = await temporaryDirectory();
  // Its scripts are what compiles it.
  const options = ['--no-audit', '--no-fund', `--nodedir=${nodeDirectory}`];
  const args = ['install', '--prefix', directory, ...options, client];
  await promisify(execFile)('npm', args, { maxBuffer: 2 ** 26 });

  const { world, onboard, read } = await startRotator();
  await onboard('fusion');
  const urls = { secretsManager: world.secretsManager.url, ims: world.ims.url };
  const definition = world.functionDefinition(urls);
  const place = { region: world.region, credentials: defaultCredentials, logStreamName: 'log' };
  const invoke = await startUnderClient(directory, (runtimeApi) =>
    sandboxEnvironment(definition, { ...place, runtimeApi }),
  );
  const arn = `arn:aws:lambda:${world.region}:111122223333:function:${world.functionName}`;
  expect(await invoke(arn, { action: 'tick' })).toMatchObject({
    failed: false,
    payload: { managed: 1, outcomes: { renewed: 1 } },
  });
  expect((await read('fusion'))?.token).toMatchObject({ schema: 1 });
  expect(await invoke(arn, { action: 'nothing' })).toMatchObject({
    failed: true,
    payload: { errorType: expect.any(String), errorMessage: expect.any(String) },
  });
  expect(await invoke(arn, { action: 'tick' })).toMatchObject({
    payload: { outcomes: { kept: 1 } },
  });
});
