import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';

/** Dummy keys and a Region, and nothing that this machine has set up for AWS. */
export const clientEnvironment = {
  PATH: process.env['PATH'] ?? '',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/** Runs a program and returns its standard output. */
export async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = clientEnvironment,
): Promise<string> {
  return (await promisify(execFile)(program, args, { env })).stdout;
}

/** The path of the AWS CLI. Skips the test if this machine has none. */
export function awsCli(context: TestContext): string {
  const programs = ['/usr/bin/aws', 'aws'];
  return working(context, programs, ['--version'], 'the AWS CLI (Debian: awscli)');
}

/** The path of a Python with boto3. Skips the test if this machine has none. */
export function pythonWithBoto3(context: TestContext): string {
  const programs = ['/usr/bin/python3', 'python3'];
  return working(context, programs, ['-c', 'import boto3'], 'boto3 (Debian: python3-boto3)');
}

/** The path of jq. Skips the test if this machine has none. */
export function jq(context: TestContext): string {
  return working(context, ['/usr/bin/jq', 'jq'], ['--version'], 'jq');
}

/** The path of a Java compiler, beside which is `java`. Skips the test if this machine has none. */
export function javac(context: TestContext): string {
  const programs = ['/usr/bin/javac', 'javac'];
  return working(context, programs, ['--version'], 'a JDK (Debian: default-jdk-headless)');
}

/** The path of a shell. Skips the test if this machine has none. */
export function shellProgram(context: TestContext, name: string): string {
  return working(context, [`/usr/bin/${name}`, name], ['-c', 'exit'], name);
}

/** The first program that works: a shim on the PATH may exist without its package. */
function working(
  context: TestContext,
  programs: readonly string[],
  probe: readonly string[],
  name: string,
): string {
  const found = programs.find(
    (program) => spawnSync(program, probe, { env: clientEnvironment }).status === 0,
  );
  if (found !== undefined) return found;
  const reason = `this machine lacks ${name}`;
  process.stderr.write(`skipped: ${context.task.name}: ${reason}\n`);
  return context.skip(reason);
}
