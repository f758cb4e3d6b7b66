/** Spaces the requests to each host, so that there are no more in a second than the pace. */
export class HostPace {
  /** Seconds. */
  readonly #interval: number;
  readonly #free = new Map<string, number>();

  constructor(requestsPerSecond: number) {
    this.#interval = 1 / requestsPerSecond;
  }

  /**
   * Takes the host's next turn.
   *
   * @param at the present, in seconds of any clock that runs on
   * @returns seconds until then
   */
  nextTurn(host: string, at: number): number {
    const turn = Math.max(at, this.#free.get(host) ?? at);
    this.#free.set(host, turn + this.#interval);
    return turn - at;
  }
}
