import * as v from 'valibot';
import { showName } from './field-names.ts';

/** One thing wrong with an input, by field; it never shows a secret value. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** `field message; field message`, so that one error lists every problem. */
export function listProblems(problems: readonly Problem[]): string {
  return problems.map(({ field, message }) => `${field} ${message}`).join('; ');
}

/** A schema's issues by field. Every schema has its own messages, which show no value. */
export function problemsOf(issues: readonly v.BaseIssue<unknown>[]): readonly Problem[] {
  return issues.map((issue) => ({
    field: fieldOf(issue),
    message: messageOf(issue),
  }));
}

/** The name of an unknown field is the sender's: it may be a secret, or megabytes long. */
function fieldOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the value';
  return issue.expected === 'never' ? showName(path) : path;
}

// Valibot's own messages about objects and their keys would quote the value.
function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'object' && issue.type !== 'strict_object') return issue.message;
  if (issue.path === undefined) return 'is not an object';
  return issue.expected === 'never' ? 'is not a known field' : 'is missing';
}
