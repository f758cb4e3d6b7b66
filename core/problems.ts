import * as v from 'valibot';

/** One thing wrong with an input, named by its field and never showing a secret value. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** `field message; field message`, so that one error lists every problem. */
export function listProblems(problems: readonly Problem[]): string {
  return problems.map(({ field, message }) => `${field} ${message}`).join('; ');
}

/** The issues of a schema by field. Every schema gives its own messages, which show no value. */
export function problemsOf(issues: readonly v.BaseIssue<unknown>[]): readonly Problem[] {
  return issues.map((issue) => ({
    field: v.getDotPath(issue) ?? 'the value',
    message: messageOf(issue),
  }));
}

// What valibot says of an object as a whole, and of keys missing or unknown, would quote the value.
function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'object' && issue.type !== 'strict_object') return issue.message;
  if (issue.path === undefined) return 'is not an object';
  return issue.expected === 'never' ? 'is not a known field' : 'is missing';
}
