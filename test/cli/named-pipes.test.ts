import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { type Operator, startOperator } from './operator.ts';

const shell = promisify(execFile);

async function startWithPipe(): Promise<Operator & { readonly pipe: string }> {
  const operator = await startOperator();
  const pipe = join(await temporaryDirectory(), 'pipe');
  await shell('mkfifo', [pipe]);
  return { ...operator, pipe };
}

describe('a named pipe', () => {
  it.each([
    'AWS_CA_BUNDLE',
    'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
  ])('in %s that nobody writes to lets Ctrl-C end the command', async (variable) => {
    const { begin, environment, pipe } = await startWithPipe();
    environment[variable] = pipe;
    const status = begin('status');
    // A writer would end the wait of an open that blocks.
    await status.opened(pipe);
    status.signal('SIGINT');
    expect(await status.exit()).toMatchObject({ code: 130 });
  });

  it('in AWS_CONFIG_FILE is read to its end', async () => {
    const { begin, environment, pipe } = await startWithPipe();
    environment['AWS_CONFIG_FILE'] = pipe;
    delete environment['AWS_REGION'];
    const status = begin('status');
    await shell('/bin/sh', ['-c', 'printf "[default]\\nregion = us-east-1\\n" > "$1"', 'sh', pipe]);
    expect(await status.exit()).toMatchObject({ code: 0 });
  });

  it('in NODE_EXTRA_CA_CERTS, which would block Node.js, is an error', async () => {
    const { cli, environment, pipe } = await startWithPipe();
    environment['NODE_EXTRA_CA_CERTS'] = pipe;
    const { code, stderr } = await cli('status');
    expect(code).toBe(1);
    expect(stderr).toContain(`ERR_CONFIG_INVALID NODE_EXTRA_CA_CERTS: ${pipe} is a pipe`);
  });
});

describe('a bundle of certificates', () => {
  it.each([
    ['without an end', '/dev/zero', 'has more than 1048576 bytes'],
    ['that is a directory', '/dev', 'cannot be read: EISDIR'],
  ])('%s is an error', async (_, file, problem) => {
    const { cli, environment } = await startOperator();
    environment['AWS_CA_BUNDLE'] = file;
    const { code, stderr } = await cli('status');
    expect(code).toBe(1);
    expect(stderr).toContain(`ERR_CONFIG_INVALID AWS_CA_BUNDLE: ${file} ${problem}`);
  });
});
