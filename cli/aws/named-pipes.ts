import { stat } from 'node:fs/promises';
import { externalDataInterceptor } from '@smithy/core/config';
import { CliError } from '../errors.ts';
import { readFileWithin } from '../read-file.ts';

const variables = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'];

const largest = 1_048_576;

/**
 * Reads the named pipes among the SDK's own files, for example `AWS_CONFIG_FILE=<(…)`. The SDK would
 * block until somebody writes to one, and Ctrl-C could not end it.
 *
 * @throws CliError ERR_CONFIG_INVALID for a pipe that cannot be read
 */
export async function readPipesForSdk(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  for (const variable of variables) {
    const file = env[variable] ?? '';
    if (file === '' || !(await isPipe(file))) continue;
    const text = (await readPipe(variable, file, signal)).toString('utf8');
    externalDataInterceptor.interceptFile(file, text);
    externalDataInterceptor.interceptToken(file, text);
  }
}

/** A file that is not there is the SDK's to report. */
export async function isPipe(file: string): Promise<boolean> {
  return await stat(file).then(
    (stats) => stats.isFIFO(),
    () => false,
  );
}

async function readPipe(variable: string, file: string, signal: AbortSignal): Promise<Buffer> {
  const invalid = (problem: string, cause?: unknown): CliError =>
    new CliError('ERR_CONFIG_INVALID', `${variable}: ${file} ${problem}`, 'correct the path', {
      cause,
    });
  const bytes = await readFileWithin(file, largest, signal).catch((error: unknown) => {
    if (error instanceof CliError) throw error;
    throw invalid(`cannot be read: ${(error as NodeJS.ErrnoException).code}`, error);
  });
  if (bytes.length > largest) throw invalid(`has more than ${largest} bytes`);
  return bytes;
}
