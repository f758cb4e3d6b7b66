// The runtime inside a sandbox, in place of Lambda's own for Node.js. It is plain JavaScript because
// stripping types would add about 40 ms to every cold start.
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const environment = process.env;
const isJson = environment.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const runtime = `http://${environment.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

// Written to both streams before each `next`, so that the reader knows it has the whole output.
const outputs = [process.stdout, process.stderr].map((stream) => stream.write.bind(stream));
const readyMark = '\n\0ready\n';

/** The request id of the invocation that still needs an answer. */
let unanswered;
let dying = false;

// One connection per call: the server could close a kept one while this process is frozen.
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${runtime}${path}`, { method, agent: false }, async (incoming) => {
      try {
        resolve({ headers: incoming.headers, body: (await incoming.toArray()).join('') });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.on('error', reject).end(body);
  });
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

function serialised(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = String(error.stack ?? '').split('\n');
  return { errorType: error.name, errorMessage: error.message, trace };
}

// As the logs of Lambda's own runtime show it, with the error's own properties, which are not in the
// answer. @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
function loggable(error, stackName) {
  const lines = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  const { name: errorType, message: errorMessage } = error;
  return Object.assign({ errorType, errorMessage }, error, { [stackName]: lines });
}

function jsonMessage(values) {
  if (values.length !== 1) return format(...values);
  return values[0] instanceof Error ? loggable(values[0], 'stackTrace') : values[0];
}

function writeLine(level, ...values) {
  const timestamp = new Date().toISOString();
  const line = isJson
    ? JSON.stringify({ timestamp, level, requestId: unanswered, message: jsonMessage(values) })
    : [timestamp, unanswered, level, format(...values)].join('\t');
  process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
}

for (const method of ['trace', 'debug', 'info', 'log', 'warn', 'error']) {
  const level = method === 'log' ? 'INFO' : method.toUpperCase();
  globalThis.console[method] = (...values) => writeLine(level, ...values);
}

function logError(what, thrown) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (isJson) writeLine('ERROR', error);
  else writeLine('ERROR', what, `\t${JSON.stringify(loggable(error, 'stack'))}`);
}

async function die(what, thrown, exitCode) {
  if (dying) return;
  dying = true;
  const error = serialised(thrown);
  logError(what, thrown);
  const path = unanswered === undefined ? '/init/error' : `/invocation/${unanswered}/error`;
  try {
    await call('POST', path, JSON.stringify(error));
  } finally {
    process.exit(exitCode);
  }
}

async function load() {
  const [moduleName, exportName] = environment._HANDLER.split('.');
  const file = join(environment.LAMBDA_TASK_ROOT, `${moduleName}.mjs`);
  if (!existsSync(file)) {
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  }
  process.chdir(environment.LAMBDA_TASK_ROOT);
  const { [exportName]: handler } = await import(pathToFileURL(file)).catch((error) => {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error));
    throw error;
  });
  if (typeof handler !== 'function') {
    const problem = handler === undefined ? 'undefined or not exported' : 'not a function';
    throw named('Runtime.HandlerNotFound', `${environment._HANDLER} is ${problem}`);
  }
  if (handler.length >= 3) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  }
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

function stringified(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw named('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

async function runOnce(handler) {
  await Promise.all(outputs.map((write) => new Promise((done) => write(readyMark, done))));
  const { headers, body } = await call('GET', '/invocation/next');
  const context = contextOf(headers);
  unanswered = context.awsRequestId;
  environment._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  let path = `/invocation/${unanswered}/response`;
  let answer;
  try {
    answer = stringified(await handler(JSON.parse(body), context));
  } catch (thrown) {
    const error = serialised(thrown);
    logError('Invoke Error', thrown);
    path = `/invocation/${unanswered}/error`;
    answer = JSON.stringify(error);
  }
  if (dying) return;
  await call('POST', path, answer);
  unanswered = undefined;
}

process.on('uncaughtException', (error) => die('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const rejection = named('Runtime.UnhandledPromiseRejection', String(reason));
  return die('Unhandled Promise Rejection', rejection, 128);
});

const handler = await load().catch((error) => die('Init Error', error, 1));
// If the handler's promise can never settle, Node.js exits here with code 13.
while (!dying) await runOnce(handler);
