import { setTimeout as delay } from 'node:timers/promises';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Case, type Extras, Skipped, type Subject } from './case.ts';
import { labelCases } from './cases/labels.ts';
import { listCases } from './cases/list.ts';
import { policyCases } from './cases/policies.ts';
import { readCases } from './cases/reads.ts';
import { refusalCases } from './cases/refusals.ts';
import { replicaCases } from './cases/replicas.ts';
import { rotationCases } from './cases/rotation.ts';
import { secretCases } from './cases/secrets.ts';
import { tagCases } from './cases/tags.ts';
import { versionCases } from './cases/versions.ts';
import type { Scratch } from './scratch.ts';

export const cases: readonly Case[] = [
  ...secretCases,
  ...tagCases,
  ...versionCases,
  ...readCases,
  ...labelCases,
  ...rotationCases,
  ...listCases,
  ...policyCases,
  ...replicaCases,
  ...refusalCases,
];

export interface CaseResult {
  readonly title: string;
  readonly source: string;
  readonly passed: boolean;
  /** Why it failed. */
  readonly problem?: string | undefined;
  /** Why it could not be run. */
  readonly skipped?: string | undefined;
}

/** The results of a run. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Those that were left, or in progress, when the run was stopped. */
  readonly notRun: number;
  readonly secrets: number;
  readonly requests: number;
  /** The ARNs of the secrets that could not be deleted. */
  readonly left: readonly string[];
  readonly cases: readonly CaseResult[];
}

export interface SuiteOptions {
  /** It uses the same client, and names what is left if the process has to end before the run does. */
  readonly scratch: Scratch;
  /** How long ListSecrets may take to show a change, and a rotation to end, in seconds. */
  readonly patience: number;
  readonly extras?: Extras | undefined;
  /** Ends the run, with the case in progress. */
  readonly signal?: AbortSignal | undefined;
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

const longestPauseMs = 2000;

/** Runs every case, one after another, and deletes what they created. */
export async function runSuite(
  client: SecretsManagerClient,
  { scratch, patience, signal, extras = {}, onResult }: SuiteOptions,
): Promise<Summary> {
  let requests = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      requests += 1;
      return next(args);
    },
    { step: 'finalizeRequest', name: 'countRequests' },
  );
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        // A case of an odd server may go on for ever.
        if (commandName !== 'DeleteSecretCommand') signal?.throwIfAborted();
        return await next(args);
      },
    { step: 'initialize', name: 'stop' },
  );
  const eventually = (check: () => Promise<void>): Promise<void> => retry(check, patience, signal);
  const results: CaseResult[] = [];
  try {
    for (const one of cases) {
      if (signal?.aborted) break;
      const result = await resultOf(one, { client, scratch, eventually, extras });
      // It may have failed for that alone.
      if (signal?.aborted) break;
      results.push(result);
      onResult?.(result);
    }
  } finally {
    await scratch.clean();
  }
  const passed = results.filter((result) => result.passed).length;
  const skipped = results.filter((result) => result.skipped !== undefined).length;
  const failed = results.length - passed - skipped;
  const notRun = cases.length - results.length;
  const { created: secrets, left } = scratch;
  return { passed, failed, skipped, notRun, secrets, requests, left, cases: results };
}

async function resultOf({ title, source, run }: Case, subject: Subject): Promise<CaseResult> {
  try {
    await run(subject);
    return { title, source, passed: true };
  } catch (error) {
    if (error instanceof Skipped) return { title, source, passed: false, skipped: error.message };
    return { title, source, passed: false, problem: firstLine(error) };
  }
}

/** Repeats a check, ever more slowly, until it passes or the patience is over. */
async function retry(
  check: () => Promise<void>,
  patience: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = Date.now() + patience * 1000;
  for (let pauseMs = 10; Date.now() + pauseMs < end; pauseMs = longer(pauseMs)) {
    try {
      return await check();
    } catch {
      await delay(pauseMs, undefined, { signal });
    }
  }
  await check();
}

function longer(pauseMs: number): number {
  return Math.min(2 * pauseMs, longestPauseMs);
}

/** An assertion's message shows the difference on several lines. */
function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replaceAll(/\s+/g, ' ').slice(0, 300);
}
