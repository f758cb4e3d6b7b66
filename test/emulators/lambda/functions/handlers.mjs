import { connect } from 'node:net';
import process from 'node:process';

let invocations = 0;

export const echo = (event) => {
  invocations += 1;
  return { event, invocations, pid: process.pid };
};

export const handler = echo;

export const environment = () => process.env;

export const context = (_event, { getRemainingTimeInMillis, ...rest }) => {
  const remaining = getRemainingTimeInMillis();
  return { ...rest, remaining, traceId: process.env['_X_AMZN_TRACE_ID'] };
};

export const writes = ({ out = '', err = '' }) => {
  process.stdout.write(out);
  process.stderr.write(err);
};

export const speaks = () => {
  const { console } = globalThis;
  console.log('two\nlines', { a: 1 });
  console.warn('careful');
};

export const returnsNothing = () => {};

export const returnsCycle = () => {
  const cycle = {};
  cycle.self = cycle;
  return cycle;
};

export const fails = () => Promise.reject(new TypeError('no such thing'));

export const throwsText = () => Promise.reject('only a text');

export const throwsInTimer = () =>
  new Promise(() => {
    setTimeout(() => {
      throw new RangeError('in a timer');
    });
  });

export const forgetsRejection = () => {
  void Promise.reject(new Error('forgotten'));
  return new Promise((resolve) => setTimeout(resolve, 60_000));
};

export const hangs = () => {
  process.stdout.write('before the end\n');
  return new Promise((resolve) => setTimeout(resolve, 60_000));
};

export const spins = () => {
  for (;;);
};

export const neverSettles = () => new Promise(() => {});

export const exits = ({ code }) => process.exit(code);

export const isKilled = () => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise((resolve) => setTimeout(resolve, 60_000));
};

export const large = ({ bytes }) => 'x'.repeat(bytes - 2);

/** Uses memory outside the heap, which has a limit of its own. */
export const allocates = ({ megabytes }) => Buffer.alloc(megabytes * 2 ** 20, 1).length;

export const heapLimits = () => process.execArgv;

export const withCallback = (_event, _context, callback) => callback(null, 'done');

export const notAFunction = 'a text';

/** Returns once the test's server at `url` answers. */
export const calls = async ({ url }) => (await fetch(url)).text();

let unfinished;

/** The first invocation leaves a PUT in progress; the next one waits for it. */
export const leavesPut = async ({ url }) => {
  if (unfinished === undefined) {
    const response = await fetch(`${url}/read`);
    unfinished = response.text().then(() => fetch(`${url}/put`, { method: 'PUT' }));
    return 'left';
  }
  await unfinished;
  return 'finished';
};

export const leavesSocket = ({ port }) =>
  new Promise((resolve, reject) => {
    connect(port, '127.0.0.1', () => resolve('connected'))
      .on('error', reject)
      .unref();
  });

export const failsUntil = ({ attempt }, { awsRequestId }) => {
  invocations += 1;
  process.stdout.write(`attempt ${invocations} of ${awsRequestId}\n`);
  if (invocations < attempt) throw new Error('not yet');
};
