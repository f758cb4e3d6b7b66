import { longestSecretValue } from './contract.ts';
import { type Candidate, candidatesOf, mostCandidates } from './credential-candidates.ts';
import { formOf, labelsOf, unkeptOf, unusedOf } from './credential-labels.ts';
import { type RawParts, resolveParts } from './credential-parts.ts';
import { readEnvLines } from './env-lines.ts';
import { showNames, showText } from './field-names.ts';
import { type FileKind, isProjectFile, kindOfCandidate, kindOfFile } from './file-kinds.ts';
import { type Level, levelsOf, unwrapped } from './file-levels.ts';
import type { Problem } from './problems.ts';
import { projectIdsOf } from './project-ids.ts';
import { isBinary, plainText } from './text.ts';
import { kindOfText } from './text-kinds.ts';

/** The parts of a credential before they are checked, each with the name that the file gives it. */
export interface RawCredential extends RawParts {
  /** The kind of file, for people. */
  readonly form: string;
  /** The credential's name in the file, if it has one. */
  readonly name: string | undefined;
  /** The fields of the file that say something that the rotator does not use. */
  readonly unused: readonly string[];
  /** A hint for the error about missing parts. */
  readonly hints: readonly Problem[];
}

export interface Unreadable {
  readonly problems: readonly Problem[];
}

const whole = 'the value';
const expectedNames = 'client_id, client_secret and scope';

const tooLong: Unreadable = {
  problems: [
    {
      field: whole,
      message: `has more than ${longestSecretValue} characters, and a secret cannot`,
    },
  ],
};

/**
 * Finds the parts of a credential in any form that Adobe's tools and people give it: by the shape of
 * the file and by families of names, not by a list of files.
 *
 * @param choice the name or client id of one of several credentials
 */
export function readCredentialDocument(
  document: string,
  choice?: string,
): RawCredential | Unreadable {
  // What follows takes minutes for a million scopes, and no secret has so many.
  if (document.length > longestSecretValue) return tooLong;
  const file = parse(document);
  if (typeof file === 'string') return unreadable(kindOfText(file));
  const { levels, candidates } = file;
  const kinds = candidates.map(kindOfCandidate);
  const credentials = candidates.filter((_, index) => kinds[index] === undefined);
  if (credentials.length === 0) return unreadable(kinds[0] ?? kindOfFile(levels), foundIn(levels));
  const chosen = choose(credentials, choice);
  return 'problems' in chosen ? chosen : rawOf(chosen, file);
}

/**
 * The names of the fields that a stored value has beside the parts of its credential, which the
 * documented form does not keep.
 */
export function otherFields(document: string): readonly string[] {
  const file = parse(document);
  if (typeof file === 'string') return [];
  const { levels, candidates } = file;
  const credentials = candidates.filter((one) => kindOfCandidate(one) === undefined);
  const chosen = choose(credentials, undefined);
  if (!('problems' in chosen)) {
    return unkeptOf(chosen, resolveParts(chosen, projectIdsOf(chosen, levels)).used);
  }
  const outer = levels.filter(({ parent }) => parent === undefined);
  const fields = outer.flatMap((level) => level.fields);
  return [...new Set(fields.filter(({ named }) => named === undefined).map(({ key }) => key))];
}

interface ParsedFile {
  readonly isEnv: boolean;
  readonly levels: readonly Level[];
  readonly candidates: readonly Candidate[];
}

/** @returns the text if it is no file with fields */
function parse(document: string): ParsedFile | string {
  const text = plainText(document);
  const json = isBinary(text) ? text : unwrapped(text);
  return typeof json === 'string' ? (parseEnv(json) ?? json) : fileOf(json, false);
}

function parseEnv(text: string): ParsedFile | undefined {
  const { variables, hasOtherLines } = readEnvLines(text);
  if (variables.length === 0 || isBinary(text)) return undefined;
  const file = fileOf(
    variables.map(({ name, value }) => ({ key: name, value })),
    true,
  );
  // A script may set variables too, and a key may look like one.
  const isComplete = file.candidates.some(({ isWhole }) => isWhole);
  return isComplete || (!hasOtherLines && kindOfText(text).isUnknown) ? file : undefined;
}

function fileOf(root: unknown, isEnv: boolean): ParsedFile {
  const levels = levelsOf(root);
  return { isEnv, levels, candidates: candidatesOf(levels) };
}

function choose(
  candidates: readonly Candidate[],
  choice: string | undefined,
): Candidate | Unreadable {
  const labels = labelsOf(candidates);
  const [only, ...others] = candidates;
  const isOnly = others.length === 0 || only?.isComplete === false;
  if (choice === undefined && only !== undefined && isOnly) return only;
  const index = labels.findIndex(({ names }) => choice !== undefined && names.includes(choice));
  const found = candidates[index];
  if (found !== undefined) return found;
  const list = labels.slice(0, 20).map(({ label }) => `"${label}"`);
  const more = labels.length > 20 ? ` and ${labels.length - 20} more` : '';
  const listed = `${list.join(', ')}${more}`;
  const count = labels.length < mostCandidates ? labels.length : `${mostCandidates} or more`;
  const message =
    choice === undefined
      ? `holds ${count} credentials: ${listed}; choose one with --credential, or keep only one`
      : `holds no credential "${showText(choice)}"; it holds ${listed}`;
  return { problems: [{ field: whole, message }] };
}

function rawOf(candidate: Candidate, { isEnv, levels }: ParsedFile): RawCredential | Unreadable {
  const parts = resolveParts(candidate, projectIdsOf(candidate, levels));
  const hasSecret = parts.values.clientSecrets.some((secret) => secret !== undefined);
  const kind = candidate.isComplete && hasSecret ? undefined : kindOfFile(levels);
  const isKnown = kind?.isUnknown === false;
  if (isKnown && !isProjectFile(kind)) return unreadable(kind, foundIn(levels));
  const [label] = labelsOf([candidate]);
  return {
    ...parts,
    form: formOf(candidate, isEnv),
    name: label?.name,
    unused: unusedOf(candidate, parts.used),
    hints: [...(isKnown ? [problemOf(kind)] : []), foundIn(levels)],
  };
}

function problemOf({ text }: FileKind): Problem {
  return { field: whole, message: text };
}

function unreadable(kind: FileKind, ...more: readonly Problem[]): Unreadable {
  return { problems: [problemOf(kind), ...more] };
}

function foundIn(levels: readonly Level[]): Problem {
  const fields = levels.flatMap((level) => level.fields);
  const values = fields.filter(({ holdsObjects }) => !holdsObjects);
  const names = new Set((values.length > 0 ? values : fields).map(({ key }) => key));
  const found = names.size === 0 ? 'has no fields' : `has the fields ${showNames([...names])}`;
  return { field: whole, message: `${found}; a credential has ${expectedNames}` };
}
