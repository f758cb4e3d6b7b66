import * as v from 'valibot';
import type { Mutation } from './mutation.ts';

/** The report of vitest's reporter `json`, as far as it is used. */
const report = v.object({
  testResults: v.array(
    v.object({
      message: v.string(),
      assertionResults: v.array(
        v.object({
          fullName: v.string(),
          status: v.string(),
          failureMessages: v.nullish(v.array(v.string()), []),
        }),
      ),
    }),
  ),
});

export type Verdict =
  | { readonly caught: true; readonly by: string }
  | { readonly caught: false; readonly why: string };

// fast-check wraps the assertion that failed, and `rejects` and `resolves` throw no AssertionError.
const assertion =
  /^(AssertionError|Error: (Property failed after|promise (resolved|rejected) |expected ))/;

/** The tests that failed, each with its reason, or why nothing is known of them. */
export function failuresIn(json: unknown): readonly string[] {
  const parsed = v.safeParse(report, json);
  if (!parsed.success) return ['vitest wrote no report'];
  return parsed.output.testResults.flatMap(({ message, assertionResults }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => [fullName, ...(failureMessages ?? [])].join(': ')),
  ]);
}

/**
 * Whether the named test failed, and by an assertion: a test that cannot run, or never ends, shows
 * that the break was noticed by accident.
 *
 * @param json undefined when vitest wrote no report
 */
export function verdict({ test }: Mutation, json: unknown): Verdict {
  const parsed = v.safeParse(report, json);
  if (!parsed.success) return { caught: false, why: 'vitest wrote no report' };
  const results = parsed.output.testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = results.filter(
    ({ fullName, status }) => fullName.includes(test) && status !== 'skipped',
  );
  if (named.length === 0) {
    const said = parsed.output.testResults.map(({ message }) => message).join(' ');
    return { caught: false, why: `no such test ran ${said}`.trim() };
  }
  const failures = named.filter(({ status }) => status === 'failed');
  const [first] = failures;
  if (first === undefined) return { caught: false, why: 'every test passed' };
  const asserted = failures.find(({ failureMessages }) =>
    failureMessages?.some((message) => assertion.test(message)),
  );
  if (asserted !== undefined) return { caught: true, by: asserted.fullName };
  const [words = ''] = (first.failureMessages?.[0] ?? '').split('\n');
  return { caught: false, why: `failed without an assertion: ${words}` };
}
