import { setTimeout as delay } from 'node:timers/promises';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Case } from './case.ts';
import { labelCases } from './cases/labels.ts';
import { listCases } from './cases/list.ts';
import { secretCases } from './cases/secrets.ts';
import { versionCases } from './cases/versions.ts';
import { Scratch } from './scratch.ts';

export const cases: readonly Case[] = [
  ...secretCases,
  ...versionCases,
  ...labelCases,
  ...listCases,
];

export interface CaseResult {
  readonly title: string;
  readonly source: string;
  readonly passed: boolean;
  /** Why it failed. */
  readonly problem?: string | undefined;
}

/** The results of a run. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly secrets: number;
  readonly requests: number;
  /** The ARNs of the secrets that could not be deleted. */
  readonly left: readonly string[];
  readonly cases: readonly CaseResult[];
}

export interface SuiteOptions {
  /** The beginning of all names. */
  readonly prefix: string;
  /** How long ListSecrets may take to show a change, in seconds. */
  readonly listLag: number;
  /** Ends the run after the case in progress. */
  readonly signal?: AbortSignal | undefined;
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

const pauseMs = 2000;

/** Runs every case, one after another, and deletes what they created. */
export async function runSuite(
  client: SecretsManagerClient,
  { prefix, listLag, signal, onResult }: SuiteOptions,
): Promise<Summary> {
  let requests = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      requests += 1;
      return next(args);
    },
    { step: 'finalizeRequest', name: 'countRequests' },
  );
  const scratch = new Scratch(client, prefix);
  const eventually = async (check: () => Promise<void>): Promise<void> => {
    const attempts = Math.ceil((listLag * 1000) / pauseMs);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (
        await check().then(
          () => true,
          () => false,
        )
      )
        return;
      await delay(pauseMs, undefined, { signal });
    }
    await check();
  };
  const results: CaseResult[] = [];
  let left: readonly string[] = [];
  try {
    for (const { title, source, run } of cases) {
      if (signal?.aborted) break;
      const problem = await run({ client, scratch, eventually }).then(
        () => undefined,
        (error: unknown) => firstLine(error),
      );
      const result = { title, source, passed: problem === undefined, problem };
      results.push(result);
      onResult?.(result);
    }
  } finally {
    left = await scratch.clean();
  }
  const passed = results.filter((result) => result.passed).length;
  const failed = results.length - passed;
  return { passed, failed, secrets: scratch.created, requests, left, cases: results };
}

/** An assertion's message shows the difference on several lines. */
function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replaceAll(/\s+/g, ' ').slice(0, 300);
}
