import { execFile } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { environmentVariables } from '../core/contract.ts';
import { heapOptions } from '../emulators/lambda/sandbox.ts';
import { credentials } from './answering-server.ts';
import { prefix, region } from './secrets.ts';

const run = promisify(execFile);

export interface Contestant {
  readonly name: 'rotator' | 'floor' | 'habit' | 'boto3';
  readonly command: string;
  /** The arguments before the numbers of runs. */
  readonly args: readonly string[];
  readonly cwd: string;
}

/** The figures that a process measured of itself. */
export interface Measured {
  /** Of each run that counts. */
  readonly milliseconds: readonly number[];
  /** Tokens that the last run renewed. */
  readonly renewed: number;
  /** The most memory that the process ever had, in KiB. */
  readonly peak: number;
}

const measured = join(import.meta.dirname, 'measured.mjs');
const comparators = join(import.meta.dirname, 'comparators');

/** Everything that is measured, each in a folder of its own, as Lambda has it in /var/task. */
export async function contestants(): Promise<readonly Contestant[]> {
  const root = await mkdtemp(join(tmpdir(), 'bench-'));
  await Promise.all([
    cp(join(import.meta.dirname, '../dist/lambda'), join(root, 'rotator'), { recursive: true }),
    cp(join(comparators, 'floor.mjs'), join(root, 'floor/index.mjs')),
    build({
      entryPoints: [join(comparators, 'habit.mjs')],
      outfile: join(root, 'habit/index.js'),
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node24',
      logLevel: 'error',
    }),
  ]);
  const inNode = (name: 'rotator' | 'floor' | 'habit', file: string): Contestant => ({
    name,
    command: process.execPath,
    args: [...heapOptions(256), measured, join(root, name, file)],
    cwd: join(root, name),
  });
  const all = [
    inNode('rotator', 'index.mjs'),
    inNode('floor', 'index.mjs'),
    inNode('habit', 'index.js'),
  ];
  if (!(await hasBoto3())) return all;
  const boto3 = join(comparators, 'habit_boto3.py');
  return [...all, { name: 'boto3', command: 'python3', args: [boto3], cwd: root }];
}

async function hasBoto3(): Promise<boolean> {
  return await run('python3', ['-c', 'import boto3']).then(
    () => true,
    () => false,
  );
}

/** Runs a contestant once, in a process that has only the function's environment. */
export async function measure(
  { command, args, cwd }: Contestant,
  url: string,
  runs: { readonly count: number; readonly warmUp: number },
): Promise<Measured> {
  const { stdout } = await run(command, [...args, String(runs.count), String(runs.warmUp)], {
    cwd,
    env: {
      ...credentials,
      PATH: process.env['PATH'],
      HOME: cwd,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: url,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: cwd,
      [environmentVariables.imsEndpointUrl]: url,
      [environmentVariables.name]: 'bench',
      [environmentVariables.prefix]: prefix,
    },
  });
  return JSON.parse(stdout);
}
