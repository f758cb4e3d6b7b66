import * as v from 'valibot';
import { serializationError, validationError } from './errors.ts';

/** The constraint message for an empty member. */
export const tooShort = 'Member must have length greater than or equal to 1';

export function text(min: number, max: number) {
  return v.pipe(
    v.string(),
    v.minLength(min, `Member must have length greater than or equal to ${min}`),
    v.maxLength(max, `Member must have length less than or equal to ${max}`),
  );
}

export function matching(schema: ReturnType<typeof text>, pattern: RegExp) {
  const source = pattern.source.replaceAll('\\/', '/');
  return v.pipe(
    schema,
    v.regex(pattern, `Member must satisfy regular expression pattern: ${source}`),
  );
}

export function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.pipe(
    v.string(),
    v.check(
      (value) => options.includes(value),
      `Member must satisfy enum value set: [${options.join(', ')}]`,
    ),
    v.transform((value) => value as Options[number]),
  );
}

/** A whole number, which REST sends as text. */
export function count(min: number, max: number) {
  return v.pipe(
    v.union([v.number(), v.string()]),
    v.transform(Number),
    v.integer('Member must be a whole number'),
    v.minValue(min, `Member must have value greater than or equal to ${min}`),
    v.maxValue(max, `Member must have value less than or equal to ${max}`),
  );
}

/**
 * Reads a request body by its schema.
 *
 * @throws AwsError that names the invalid members, never their values
 */
export function parseRequest<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, withoutNulls(body));
  if (parsed.success) return parsed.output;
  const mistyped = parsed.issues.find(
    (issue) => issue.kind === 'schema' && issue.input !== undefined,
  );
  if (mistyped !== undefined) {
    throw serializationError(`Expected ${mistyped.expected} at '${memberPath(mistyped)}'`);
  }
  const problems = parsed.issues.map((issue) => {
    const constraint = issue.kind === 'schema' ? 'Member must not be null' : issue.message;
    return `Value at '${memberPath(issue)}' failed to satisfy constraint: ${constraint}`;
  });
  const errors = problems.length === 1 ? 'error' : 'errors';
  throw validationError(`${problems.length} validation ${errors} detected: ${problems.join('; ')}`);
}

/** Drops members that are null: AWS treats them as absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

/** For example `filters.1.member.values.2.member`: AWS counts from one. */
function memberPath(issue: v.BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map(({ key }) =>
    typeof key === 'number'
      ? `${key + 1}.member`
      : String(key).replace(/^[A-Z]/, (start) => start.toLowerCase()),
  );
  return keys.join('.');
}
