import { describe, expect, it } from 'vitest';
import type { DroppedEvent } from '../../../emulators/lambda/async-events.ts';
import type { LambdaEmulator } from '../../../emulators/lambda/emulator.ts';
import { startLambda } from './start-lambda.ts';

const attempts = (lambda: LambdaEmulator, name: string): number =>
  lambda.logs(name).filter((line) => line.startsWith('START ')).length;

describe('an asynchronous event', () => {
  it('is accepted at once and handled later', async () => {
    const lambda = await startLambda(['writes']);
    const url = `${lambda.url}/2015-03-31/functions/writes/invocations`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'x-amz-invocation-type': 'Event' },
      body: JSON.stringify({ out: 'handled\n' }),
    });
    expect(response.status).toBe(202);
    expect(await response.text()).toBe('');
    await lambda.idle();
    const requestId = response.headers.get('x-amzn-requestid');
    expect(lambda.logs('writes').slice(0, 2)).toEqual([
      `START RequestId: ${requestId} Version: $LATEST`,
      'handled',
    ]);
  });

  it('is retried under the same request id until it succeeds', async () => {
    const lambda = await startLambda(['failsUntil'], { asyncRetryDelaysMs: [0, 0] });
    const { requestId } = await lambda.invoke('failsUntil', { attempt: 3 }, { type: 'Event' });
    await lambda.idle();
    expect(lambda.logs('failsUntil').filter((line) => line.startsWith('attempt '))).toEqual([
      `attempt 1 of ${requestId}`,
      `attempt 2 of ${requestId}`,
      `attempt 3 of ${requestId}`,
    ]);
    expect(lambda.asyncEventsDropped('failsUntil')).toBe(0);
  });

  it.each([0, 1, 2])('is dropped after %i retries', async (maximumRetryAttempts) => {
    const dropped: DroppedEvent[] = [];
    const lambda = await startLambda(['fails'], {
      asyncRetryDelaysMs: [0, 0],
      onEventDropped: (event) => dropped.push(event),
      settings: { maximumRetryAttempts },
    });
    const { requestId } = await lambda.invoke('fails', { a: 1 }, { type: 'Event' });
    await lambda.idle();
    expect(attempts(lambda, 'fails')).toBe(maximumRetryAttempts + 1);
    expect(lambda.asyncEventsDropped('fails')).toBe(1);
    expect(dropped).toEqual([
      { functionName: 'fails', requestId, payload: '{"a":1}', reason: 'RetriesExhausted' },
    ]);
  });

  it('is dropped if it would be too old at its retry', async () => {
    const dropped: DroppedEvent[] = [];
    const lambda = await startLambda(['fails'], {
      onEventDropped: (event) => dropped.push(event),
      settings: { maximumEventAgeSeconds: 60 },
    });
    await lambda.invoke('fails', {}, { type: 'Event' });
    await lambda.idle();
    expect(attempts(lambda, 'fails')).toBe(1);
    expect(dropped).toMatchObject([{ reason: 'EventAgeExceeded' }]);
  });

  it('waits without using up its retries while the function is throttled', async () => {
    const lambda = await startLambda(['writes'], {
      asyncThrottleDelayMs: 1,
      settings: { reservedConcurrency: 1, maximumRetryAttempts: 0 },
    });
    for (const out of ['one\n', 'two\n', 'three\n']) {
      await lambda.invoke('writes', { out }, { type: 'Event' });
    }
    await lambda.idle();
    expect(lambda.logs('writes')).toEqual(expect.arrayContaining(['one', 'two', 'three']));
    expect(lambda.asyncEventsDropped('writes')).toBe(0);
  });
});
