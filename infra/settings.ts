import { join } from 'node:path';
import type { Node } from 'constructs';
import * as v from 'valibot';
import type { ImsTokenRotatorSettings } from './ims-token-rotator-settings.ts';
import { largestFile, readFileWithin } from './read-file.ts';
import { addConflicts } from './settings-conflicts.ts';
import { settingsDefinition } from './settings-definition.ts';

const contextKey = 'ims-token-rotator';
const fileName = 'ims-token-rotator.json';

/** Where settings come from, for the errors about them. */
export interface SettingsSource {
  readonly title: string;
  /** What the path of every setting begins with. @default - nothing */
  readonly root?: string | undefined;
}

const context: SettingsSource = {
  title: 'the settings in cdk.json or --context',
  root: contextKey,
};
const file: SettingsSource = { title: `the settings in ${fileName}` };

const schema = v.pipe(
  settingsDefinition,
  v.rawCheck(({ dataset, addIssue }) => {
    // Values of a wrong type were reported above; the conflicts among the others still count.
    addConflicts(dataset.value, (path, message) =>
      addIssue({ message, path: path.map(pathItem) as [v.IssuePathItem] }),
    );
  }),
);

function pathItem(key: string): v.IssuePathItem {
  return { type: 'unknown', origin: 'value', input: undefined, key, value: undefined };
}

/**
 * Reads the settings of an app: those in `cdk.json`, under the context key `ims-token-rotator`, or
 * those in `ims-token-rotator.json` beside it.
 *
 * @throws Error if there are none, or both, or that lists every problem with its path
 */
export function readSettings(
  node: Node,
  directory: string = process.cwd(),
): ImsTokenRotatorSettings {
  const inContext: unknown = node.tryGetContext(contextKey);
  const text = readFile(join(directory, fileName));
  if (inContext !== undefined && text !== undefined) {
    throw new Error(
      `there are settings in ${fileName} and in the context, under ${contextKey} (cdk.json or ` +
        '--context): keep one of the two',
    );
  }
  if (inContext === undefined && text === undefined) {
    throw new Error(
      `there are no settings: create ${fileName} beside cdk.json, set the context key ` +
        `${contextKey} in cdk.json, or pass settings to ImsTokenRotatorStack; {} uses every default`,
    );
  }
  return text === undefined
    ? parseSettings(inContext, context)
    : parseSettings(parseJson(text, file), file);
}

/** The text of a file; undefined if there is none. */
function readFile(path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileWithin(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`${fileName} cannot be read: ${code}`, { cause: error });
  }
  if (bytes.length > largestFile) throw new Error(`${fileName} has more than ${largestFile} bytes`);
  return bytes.toString().replace(/^\uFEFF/, '');
}

/**
 * Validates settings.
 *
 * @param value the settings, or their JSON text, which `--context` gives
 * @throws Error that lists every problem with its path and the allowed values
 */
export function parseSettings(
  value: unknown,
  source: SettingsSource = context,
): ImsTokenRotatorSettings {
  const settings = typeof value === 'string' ? parseJson(value, source) : value;
  const parsed = v.safeParse(schema, settings);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => ({
      path: v.getDotPath(issue),
      message: issue.message,
    }));
    throw invalid(problems, source);
  }
  const { $schema: _, ...rest } = parsed.output;
  return rest;
}

function parseJson(text: string, source: SettingsSource): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    throw invalid([{ path: null, message: `must be valid JSON: ${message}` }], source);
  }
}

function invalid(
  problems: readonly { readonly path: string | null; readonly message: string }[],
  { title, root }: SettingsSource,
): Error {
  const lines = problems.map(
    ({ path, message }) =>
      `- ${[[root, path].filter(Boolean).join('.'), message].filter(Boolean).join(': ')}`,
  );
  return new Error(`${title} are invalid:\n${[...new Set(lines)].join('\n')}`);
}
