import type { ConsoleEndpoint } from '../../core/ports.ts';

const refuse = (): Promise<never> =>
  Promise.reject(new TypeError('nothing here rotates client secrets'));

/** For worlds in which no client secret is rotated. */
export const noConsole: ConsoleEndpoint = { list: refuse, add: refuse, remove: refuse };
