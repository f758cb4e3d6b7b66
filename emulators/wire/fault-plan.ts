/** Which requests a fault hits. */
export interface FaultScope<Request> {
  /** How many requests it hits before it is used up. @default Infinity */
  readonly times?: number;
  /** Only requests for which this is true. @default all */
  readonly when?: (request: Request) => boolean;
}

interface PlannedFault<Request, Fault> {
  readonly fault: Fault;
  readonly when: (request: Request) => boolean;
  left: number;
}

/** The faults that a server of the embedded world is to show, oldest first. */
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

  /** The fault for this request, which counts as one of its `times`; undefined when all is well. */
  take(request: Request): Fault | undefined {
    const planned = this.#planned.find((candidate) => candidate.when(request));
    if (planned === undefined) return undefined;
    planned.left -= 1;
    if (planned.left <= 0) this.#planned = this.#planned.filter((other) => other !== planned);
    return planned.fault;
  }
}
