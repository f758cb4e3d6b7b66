import type { UnderstoodCredential } from '../../core/credential.ts';
import { otherFields } from '../../core/credential-document.ts';
import { revealAll } from '../../core/sensitive.ts';

// A project file of Adobe's may hold other credentials, and the keys of Adobe I/O Runtime.
const secretName = /secret|password|private_?key|token|^auth$/i;

/** The names of the fields that hold something else than the credential, which may be secret. */
export function fieldsBeside(
  text: string,
  { entries }: Pick<UnderstoodCredential, 'entries'>,
): readonly string[] {
  const own = new Set(revealAll(entries.map(({ secret }) => secret)));
  const named = secretFields(text).filter(([, value]) => !own.has(value));
  return [...new Set([...otherFields(text), ...named.map(([name]) => name)])];
}

/** The texts in JSON under such a name, at whatever depth, also in a list. */
function secretFields(text: string): readonly (readonly [name: string, value: string])[] {
  const found: [string, string][] = [];
  const left: [string, unknown][] = [['', parse(text)]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [name, value] = next;
    if (typeof value === 'string') {
      if (value !== '' && secretName.test(name)) found.push([name, value]);
    } else if (typeof value === 'object' && value !== null) {
      const isList = Array.isArray(value);
      for (const [key, one] of Object.entries(value)) left.push([isList ? name : key, one]);
    }
  }
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
