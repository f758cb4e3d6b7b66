import type { ConsoleEndpoint, Deps, SecretStore, TokenEndpoint } from '../../core/ports.ts';

/** The process ended. */
export class Crash extends Error {}

export interface Crashing extends Pick<Deps, 'secrets' | 'consoleEndpoint' | 'tokenEndpoint'> {
  /** The effects so far, for example `put` or `add`. */
  readonly effects: readonly string[];
  readonly isDead: () => boolean;
}

const writes = ['put', 'makeCurrent', 'removePending', 'setTag'] as const;
const changes = ['add', 'remove'] as const;

/**
 * The ports of a run that ends right after one of its effects, before it learns of it.
 *
 * @param after how many effects it has, counted from 1
 * @param watch is called after each effect
 */
export function crashing(
  deps: Pick<Deps, 'secrets' | 'consoleEndpoint' | 'tokenEndpoint'>,
  after: number,
  watch: () => Promise<void> = () => Promise.resolve(),
): Crashing {
  const effects: string[] = [];
  let isDead = false;
  const wrap = <Port extends object>(port: Port, names: readonly string[]): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (isDead) throw new Crash('the process has ended');
          const result: unknown = await value.apply(target, args);
          if (!names.includes(String(name))) return result;
          effects.push(String(name));
          await watch();
          if (effects.length < after) return result;
          isDead = true;
          throw new Crash(`the process ends after ${effects.join(', ')}`);
        };
      },
    });
  return {
    secrets: wrap<SecretStore>(deps.secrets, writes),
    consoleEndpoint: wrap<ConsoleEndpoint>(deps.consoleEndpoint, changes),
    tokenEndpoint: wrap<TokenEndpoint>(deps.tokenEndpoint, ['request']),
    effects,
    isDead: () => isDead,
  };
}
