import { isObject, unwrapped } from './file-levels.ts';
import { defaultImsHost } from './ims-host.ts';

const stageImsHost = 'ims-na1-stg1.adobelogin.com';

/** A client secret as a file gives it, with the notes that rotating it needs. */
export interface SecretEntry {
  readonly value: unknown;
  readonly field: string;
  readonly notes: Readonly<Record<string, string>>;
}

export const noteNames = ['uuid', 'created_at', 'retired_at'] as const;

/** One secret or a list of them; an entry is the secret or an object that holds it. */
export function secretsOf(field: string, found: unknown): readonly SecretEntry[] {
  const list = listOf(found);
  const isSingle = typeof found === 'string' && !found.trim().startsWith('[');
  return list.map((entry, index) => {
    const name = isSingle ? field : `${field}[${index}]`;
    if (!isObject(entry)) return { value: entry, field: name, notes: {} };
    const notes = noteNames.flatMap((key) => {
      const note = entry[key];
      return typeof note === 'string' ? [[key, note] as const] : [];
    });
    return { value: entry['client_secret'], field: name, notes: Object.fromEntries(notes) };
  });
}

export function scopesOf(value: unknown): readonly unknown[] {
  return listOf(value).flatMap((item) =>
    typeof item === 'string' ? item.split(/[\s,]+/).filter((scope) => scope !== '') : [item],
  );
}

/** One value or a list, which `.env` files write as JSON text, with or without quotes in it. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  const inner = unwrapped(value);
  if (Array.isArray(inner)) return inner;
  const [, bare] = typeof inner === 'string' ? (/^\s*\[([^"'[\]]*)\]\s*$/.exec(inner) ?? []) : [];
  return bare === undefined ? [inner] : bare.split(',').map((item) => item.trim());
}

const hosts: ReadonlyMap<unknown, string> = new Map([
  ['prod', defaultImsHost],
  ['production', defaultImsHost],
  ['stage', stageImsHost],
  ['stg', stageImsHost],
  ['staging', stageImsHost],
]);

/** The host of an environment's name; undefined for one that Adobe does not have. */
export function hostOfStage(value: unknown): string | undefined {
  return hosts.get(typeof value === 'string' ? value.trim().toLowerCase() : value);
}

/** The host in a URL of IMS, or of an environment's name. Anything else stays as it is. */
export function hostOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const [, host] = /^https:\/\/([^/:?#@]+)(?::443)?(?:[/?#].*)?$/i.exec(value.trim()) ?? [];
  return hostOfStage(value) ?? (host ?? value.trim()).toLowerCase();
}

/** True for a value that says nothing: an empty text or list. */
export function isBlank(value: unknown): boolean {
  return (typeof value === 'string' && value.trim() === '') || isEmptyList(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** A value in a form that is equal for two that mean the same. */
export function meaningOf(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? value.trim() : value);
}
