import * as v from 'valibot';

const credential = v.strictObject({
  /** A preset of scopes, by the name of the product. */
  product: v.optional(v.string()),
  /** Explicit scopes, which win over the product's. */
  scopes: v.optional(v.array(v.pipe(v.string(), v.regex(/^[^\s,"\\]+$/, 'must be one scope')))),
});

const name = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'is no credential name: lower-case letters, digits and hyphens, 1 to 63 characters',
  ),
);

const schema = v.strictObject({
  credentials: v.record(name, credential),
  /** Whether IMS is asked about each token before it is stored. */
  validate: v.optional(v.boolean(), false),
});

/** The stack's settings, as `cdk.json` holds them under the context key `ims-token-rotator`. */
export type Settings = v.InferOutput<typeof schema>;

/**
 * Checks the settings.
 *
 * @throws Error that lists every problem with its path
 */
export function parseSettings(value: unknown): Settings {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map(
    (issue) =>
      `- ${['ims-token-rotator', v.getDotPath(issue)].filter(Boolean).join('.')}: ${issue.message}`,
  );
  throw new Error(`the context in cdk.json is not right:\n${problems.join('\n')}`);
}
