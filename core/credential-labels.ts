import type { Candidate } from './credential-candidates.ts';
import { isBlank, secretsOf } from './credential-values.ts';
import {
  foldName,
  hidden,
  holdsOneOf,
  looksSecretId,
  showName,
  showText,
  startsWithWords,
  wordsOf,
} from './field-names.ts';
import type { Field, Level } from './file-levels.ts';

/** How a credential of a file can be called. */
export interface Label {
  /** The name that the file gives it, fit to be shown. */
  readonly name: string | undefined;
  /** The text that tells it from the others, fit to be shown. */
  readonly label: string;
  /** Every text that chooses it. */
  readonly names: readonly string[];
}

/** The names of a file's credentials. Where two have the same, their places tell them apart. */
export function labelsOf(candidates: readonly Candidate[]): readonly Label[] {
  const all = candidates.map((candidate, index) => {
    const { level } = candidate;
    const name = nameOf(candidate);
    const place = level.path === '' ? `credential ${index + 1}` : level.path;
    return { name, place, clientId: clientIdOf(candidate) };
  });
  const secrets = candidates.flatMap(secretsIn);
  const counts = new Map<string, number>();
  for (const text of all.flatMap(({ name = '', clientId = '' }) => [
    `n ${name}`,
    `i ${clientId}`,
  ])) {
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return all.map(({ name, place, clientId }) => {
    const ownName = counts.get(`n ${name}`) === 1 ? name : undefined;
    const ownId = counts.get(`i ${clientId}`) === 1 ? clientId : undefined;
    const names = [ownName, ownId, place].filter((text) => text !== undefined);
    const label = shown(ownName, secrets) ?? shownId(ownId, secrets) ?? showName(place);
    return { name: shown(name, secrets), label, names };
  });
}

/** A name, unless it could be a secret that stands in a name's place. */
function shown(name: string | undefined, secrets: readonly string[]): string | undefined {
  if (name === undefined || holdsOneOf(name, secrets)) return undefined;
  return showName(name).includes(hidden) ? undefined : showText(name);
}

function secretsIn({ tiers }: Candidate): readonly string[] {
  const fields = tiers.flat().filter(({ named }) => named?.role === 'clientSecret');
  const values = fields.flatMap(({ path, value }) => secretsOf(path, value));
  return values.flatMap(({ value }) => (typeof value === 'string' ? [value.trim()] : []));
}

function clientIdOf({ tiers }: Candidate): string | undefined {
  const ids = tiers.flat().filter(({ named }) => named?.role === 'clientId');
  const [value] = ids.flatMap((field) => (typeof field.value === 'string' ? [field.value] : []));
  return value?.trim();
}

/** A client id, unless it could be the secret: whoever swaps the two must not see it listed. */
function shownId(id: string | undefined, secrets: readonly string[]): string | undefined {
  if (id === undefined || looksSecretId(id) || holdsOneOf(id, secrets)) return undefined;
  return showText(id);
}

// The keys that every file of a tool has, which name no credential.
const wrappers: ReadonlySet<string> = new Set(
  ['oauth_server_to_server', 'technicalAccount', 'integration', 'values', 'variables', 'variable']
    .concat(['credentials', 'credential', 'secretString', 'data', 'value', 'config', 'contexts'])
    .map(foldName),
);

function nameOf({ level, prefix }: Candidate): string | undefined {
  if (prefix !== undefined)
    return contextOf(level, prefix) ?? prefix.replaceAll(' ', '_').toUpperCase();
  for (let at: Level | undefined = level; at !== undefined; at = at.parent) {
    const given = at.isList ? undefined : at.fields.find(({ key }) => key === 'name')?.value;
    if (typeof given === 'string' && !isBlank(given)) return given.trim();
    const key = at.keys.at(-1);
    if (key !== undefined && !wrappers.has(foldName(key))) return key;
  }
  return undefined;
}

// Two expressions, each of which reads a name once, however many underscores are in it.
const contextStart = /^AIO_+ims_+contexts_+(?=[^_])/i;
const contextEnd = /(?<!_)_+client_+(?:id|secrets?)$/i;

/** A variable of Adobe's CLI doubles the underscores that a context's name has. */
function contextIn(key: string): string | undefined {
  const start = contextStart.exec(key)?.[0].length ?? key.length;
  const end = contextEnd.exec(key)?.index ?? 0;
  return end > start ? key.slice(start, end).replaceAll('__', '_') : undefined;
}

function contextOf({ fields }: Level, prefix: string): string | undefined {
  const keys = fields.map(({ key }) => key).filter((key) => contextIn(key) !== undefined);
  const key = keys.find((one) => startsWithWords(wordsOf(one).join(' '), prefix));
  return key && contextIn(key);
}

/** The kind of file, for people. */
export function formOf({ level, prefix = '' }: Candidate, isEnv: boolean): string {
  const keys = level.keys.map(foldName);
  if (isEnv)
    return prefix.includes('contexts') ? "a context of Adobe's CLI" : 'lines of an .env file';
  if (keys.includes('project')) return "the Developer Console's project file";
  if (keys.includes('oauthservertoserver')) return 'a credential of the Console API';
  if (keys.includes('contexts')) return "a context of Adobe's CLI";
  if (keys.includes('technicalaccount')) return 'an AEM service credential';
  return level.isList ? 'a Postman environment' : 'a JSON object';
}

// Descriptions, which change nothing about a credential.
const descriptive: ReadonlySet<string> = new Set(
  ['id', 'name', 'title', 'type', 'enabled', 'ok', 'statusCode', 'description', 'integration_type']
    .concat([
      'action_url',
      'app_url',
      'created_at',
      'updated_at',
      'ARN',
      'VersionId',
      'CreatedDate',
    ])
    .concat(['_postman_variable_scope', '_postman_exported_at', '_postman_exported_using'])
    .map(foldName),
);

const mostUnused = 20;

/** The fields in and around a credential that say something, and are not used. */
export function unusedOf({ level }: Candidate, used: ReadonlySet<Field>): readonly string[] {
  const unused: string[] = [];
  for (let at: Level | undefined = level; at !== undefined; at = at.parent) {
    const isOwn = at === level;
    const fields = at.fields.filter(
      (field) =>
        !used.has(field) &&
        !field.holdsObjects &&
        !isBlank(field.value) &&
        (isOwn || !Array.isArray(field.value)) &&
        !(at.isList ? false : descriptive.has(foldName(field.key))),
    );
    unused.push(...fields.map(({ key }) => showName(key)));
  }
  const names = [...new Set(unused)];
  const more = names.length - mostUnused;
  return more > 0 ? [...names.slice(0, mostUnused), `and ${more} more`] : names;
}

// Whatever is within these, in Adobe's files, is Adobe's.
const ofAdobe: ReadonlySet<string> = new Set(
  ['project', 'oauth_server_to_server', 'contexts', 'technicalAccount'].map(foldName),
);

/** The fields in and around a credential that its documented form lacks, whole objects included. */
export function unkeptOf({ level }: Candidate, used: ReadonlySet<Field>): readonly string[] {
  const around: Level[] = [];
  for (let at: Level | undefined = level; at !== undefined; at = at.parent) around.push(at);
  const places = [...around, ...used].map(({ path }) => path);
  const isPart = ({ path }: Field): boolean =>
    places.some(
      (place) =>
        place === path || (place.startsWith(path) && /^[.[]/.test(place.slice(path.length))),
    );
  const isOfAdobe = level.keys.some((key) => ofAdobe.has(foldName(key)));
  const unkept = around
    .filter(({ parent }) => !isOfAdobe || parent === undefined)
    .flatMap(({ fields }) => fields)
    .filter((field) => !isPart(field) && !isBlank(field.value))
    .map(({ key }) => key)
    .filter((key) => !descriptive.has(foldName(key)));
  return [...new Set(unkept)];
}
