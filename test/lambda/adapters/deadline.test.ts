import { getEventListeners, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../../lambda/adapters/deadline.ts';

describe('the deadline of a request', () => {
  it('aborts after its seconds', async () => {
    using deadline = new Deadline(0.001, new AbortController().signal);
    // Its timer alone does not keep the process alive, nor does it need to.
    const alive = setInterval(() => {}, 1_000);
    await once(deadline.signal, 'abort');
    clearInterval(alive);
    expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('aborts with the run, for the same reason', () => {
    const run = new AbortController();
    using deadline = new Deadline(60, run.signal);
    run.abort(new Error('the invocation ends'));
    expect(deadline.signal.reason).toBe(run.signal.reason);
    using late = new Deadline(60, run.signal);
    expect(late.signal.aborted).toBe(true);
  });

  it('leaves no listener on the signal of the run', () => {
    const run = new AbortController();
    {
      using deadline = new Deadline(60, run.signal);
      expect(deadline.signal.aborted).toBe(false);
      expect(getEventListeners(run.signal, 'abort')).toHaveLength(1);
    }
    expect(getEventListeners(run.signal, 'abort')).toEqual([]);
  });
});
