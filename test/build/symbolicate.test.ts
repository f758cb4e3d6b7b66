import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { RunningProcess } from '../support/run-process.ts';

const bundle = pathToFileURL(join(root, 'dist/lambda/index.mjs')).href;

/** Invokes the function without a context, which it cannot survive. */
const crash = `import('${bundle}')
  .then(({ handler }) => handler({ action: 'tick' }, undefined))
  .catch(({ stack }) => console.log(JSON.stringify({ stack })));`;

async function symbolicate(log: string): Promise<string> {
  const program = new RunningProcess('build/symbolicate.ts', [], {}, log);
  const { code, stdout, stderr } = await program.exit();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

it('shows where in the sources a stack trace of the function points to', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', crash], {
    env: {
      IMS_TOKEN_ROTATOR_NAME: 'prod',
      IMS_TOKEN_ROTATOR_PREFIX: 'prod',
      AWS_REGION: 'eu-west-1',
    },
  });
  // On Lambda the bundle is in /var/task.
  const log = stdout.replaceAll(join(root, 'dist/lambda'), '/var/task');
  expect(log).toMatch(/file:\/\/\/var\/task\/index\.mjs:\d+:\d+/);
  const { stack } = JSON.parse(await symbolicate(log));
  const [, line] = /\(lambda\/handler\.ts:(\d+):\d+\)/.exec(stack) ?? [];
  const source = (await readFile(join(root, 'lambda/handler.ts'), 'utf8')).split('\n');
  expect(source[Number(line) - 1]).toContain('context.awsRequestId');
});

it('translates a trace that the JSON of CloudWatch has as text', async () => {
  const trace = String.raw`{"@message":"{\"stack\":\"Error\n/var/task/index.mjs:3:2000\n    at a (file:///var/task/index.mjs:3:2000)\"}"}`;
  expect(await symbolicate(trace)).toMatch(
    /^\{"@message":"\{\\"stack\\":\\"Error\\n[\w@./-]+s:\d+:\d+\\n {4}at a \([\w@./-]+s:\d+:\d+\)\\"\}"\}$/,
  );
});

it('leaves everything else as it is', async () => {
  const log = `{"message":"renewed"}
    at index.js:1:1
    at file:///var/task/index.mjs:99999:1
    at Runtime.handleOnce (file:///var/runtime/index.mjs:3:2000)
    at /opt/nodejs/node_modules/layer/index.mjs:3:2000
`;
  expect(await symbolicate(log)).toBe(log);
});
