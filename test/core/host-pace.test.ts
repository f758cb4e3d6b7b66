import { expect, it } from 'vitest';
import { HostPace } from '../../core/host-pace.ts';

it('spaces the requests to a host evenly, whenever they come', () => {
  const pace = new HostPace(4);
  expect([0, 0, 0, 0.5].map((at) => at + pace.nextTurn('a', at))).toEqual([0, 0.25, 0.5, 0.75]);
});

it('makes no request wait after a pause', () => {
  const pace = new HostPace(4);
  pace.nextTurn('a', 0);
  expect(pace.nextTurn('a', 10)).toBe(0);
});

it('does not let one host wait for another', () => {
  const pace = new HostPace(1);
  expect(['a', 'b', 'a'].map((host) => pace.nextTurn(host, 0))).toEqual([0, 0, 1]);
});
