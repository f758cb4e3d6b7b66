import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ImsTokenRotatorProps } from './ims-token-rotator-props.ts';
import { refuse } from './refuse.ts';

/** Megabytes. Enough for 100,000 credentials; with less, a large renewal would be killed. */
export const defaultMemory = 256;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostMemory = 10_240;

/** Refuses a memory size or a concurrency with which the function could not work. */
export function checkCapacity(
  scope: IConstruct,
  {
    memorySize = defaultMemory,
    shards = 1,
    reservedConcurrentExecutions: reserved = shards,
  }: Pick<ImsTokenRotatorProps, 'memorySize' | 'reservedConcurrentExecutions' | 'shards'>,
): void {
  if (!isWhole(memorySize, defaultMemory, mostMemory)) {
    refuse(
      scope,
      'MemorySize',
      `memorySize must be ${defaultMemory} to ${mostMemory} whole megabytes; it is ${memorySize}`,
    );
  }
  if (!isWhole(reserved, shards)) {
    const why = shards === 1 ? '0 stops the function' : `the runs of ${shards} shards may overlap`;
    refuse(
      scope,
      'ReservedConcurrency',
      `reservedConcurrentExecutions must be a whole number from ${shards} up, because ${why}; ` +
        `it is ${reserved}`,
    );
  }
}

function isWhole(value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  if (Token.isUnresolved(value)) return true;
  return Number.isInteger(value) && value >= least && value <= most;
}
