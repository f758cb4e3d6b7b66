import { describe, expect, it } from 'vitest';
import { startLambda } from './start-lambda.ts';

describe.skipIf(process.platform !== 'linux')('a function that uses too much memory', () => {
  it('is killed, and the next invocation gets a new sandbox', async () => {
    const lambda = await startLambda(['allocates'], { settings: { memoryMb: 128 } });
    const { payload, functionError, logs, requestId } = await lambda.invoke('allocates', {
      megabytes: 200,
    });
    expect(functionError).toBe('Unhandled');
    expect(payload).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
    });
    expect(logs.at(-1)).toMatch(
      /Memory Size: 128 MB\tMax Memory Used: 128 MB\t.*Runtime\.ExitError$/,
    );
    expect(lambda.processIds('allocates')).toEqual([]);
    const next = await lambda.invoke('allocates', { megabytes: 1 });
    expect(next.payload).toBe(2 ** 20);
    expect(next.logs.at(-1)).toMatch(/Memory Size: 128 MB\tMax Memory Used: \d+ MB/);
  });

  it('is killed though its memory is free again by the end', async () => {
    const lambda = await startLambda(['allocates'], { settings: { memoryMb: 256 } });
    const { functionError } = await lambda.invoke('allocates', { megabytes: 300 });
    expect(functionError).toBe('Unhandled');
  });
});

describe('the heap of a function', () => {
  it('is limited as on Lambda: a tenth of the memory for young objects, in two halves', async () => {
    const lambda = await startLambda(['heapLimits'], { settings: { memoryMb: 256 } });
    const { payload } = await lambda.invoke('heapLimits');
    expect(payload).toEqual(['--max-semi-space-size=12', '--max-old-space-size=231']);
  });
});
