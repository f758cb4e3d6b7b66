/** The requests that a fault hits. */
export interface FaultScope<Request> {
  /** The number of requests that it hits. @default Infinity */
  readonly times?: number | undefined;
  /** True for the requests that it hits. @default every request */
  readonly when?: ((request: Request) => boolean) | undefined;
}

interface PlannedFault<Request, Fault> {
  readonly fault: Fault;
  readonly when: (request: Request) => boolean;
  left: number;
}

/** The faults that a server imitates, oldest first. */
export class FaultPlan<Request, Fault> {
  #planned: PlannedFault<Request, Fault>[] = [];

  inject(fault: Fault, scope: FaultScope<Request> = {}): void {
    this.#planned.push({
      fault,
      when: scope.when ?? (() => true),
      left: scope.times ?? Number.POSITIVE_INFINITY,
    });
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault that hits this request, if any. It counts as one of the fault's `times`. */
  take(request: Request): Fault | undefined {
    const planned = this.#planned.find((candidate) => candidate.when(request));
    if (planned === undefined) return undefined;
    planned.left -= 1;
    if (planned.left <= 0) this.#planned = this.#planned.filter((other) => other !== planned);
    return planned.fault;
  }
}
