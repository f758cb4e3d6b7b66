import { expect, it, onTestFinished, vi } from 'vitest';
import { Lookers } from '../../../cli/console/lookers.ts';

/** Looks every ten seconds, by a clock that the test moves. */
function look() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const interruption = new AbortController();
  const times = { looked: 0 };
  const lookers = new Lookers<number>(() => {
    times.looked += 1;
    lookers.emit(times.looked);
    return Promise.resolve(10);
  }, interruption.signal);
  return { lookers, times, interruption };
}

it('looks while somebody does, and only then', async () => {
  const { lookers, times } = look();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times.looked).toBe(0);
  const seen: number[] = [];
  const leave = lookers.add((event) => seen.push(event));
  const leaveToo = lookers.add(() => undefined);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(seen).toEqual([1, 2, 3]);
  leave();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(times.looked).toBe(4);
  leaveToo();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times.looked).toBe(4);
  // The next one sees what is current, not what was.
  lookers.add((event) => seen.push(event));
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual([1, 2, 3, 5]);
});

it('does not look more often for people who come and go', async () => {
  const { lookers, times } = look();
  for (let visit = 0; visit < 19; visit += 1) {
    const leave = lookers.add(() => undefined);
    await vi.advanceTimersByTimeAsync(500);
    leave();
  }
  expect(times.looked).toBe(1);
});

it('looks no more after a look during which everybody has left', async () => {
  const looked = Promise.withResolvers<number>();
  look();
  const lookers = new Lookers<number>(() => looked.promise, new AbortController().signal);
  const leave = lookers.add(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  leave();
  looked.resolve(10);
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

it('looks no more once the server has ended', async () => {
  const { lookers, times, interruption } = look();
  lookers.add(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  interruption.abort();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times.looked).toBe(1);
});
