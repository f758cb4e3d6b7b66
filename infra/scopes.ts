// What a tag's value may hold, but for the space that separates.
const scopePattern = /^[A-Za-z0-9+=._:/@-]+$/;

export const scopeRule =
  'they are kept in a tag: letters, digits and +=._:/@- each, and at most 256 characters with the ' +
  'spaces between them; what does not fit belongs in the client secret’s value, as "scopes"';

/** What is wrong with scopes that a tag is to hold. */
export function scopesProblem(scopes: readonly string[]): string | undefined {
  if (scopes.length === 0) return 'is empty';
  const wrong = scopes.find((scope) => !scopePattern.test(scope));
  if (wrong !== undefined) return `holds "${wrong}"`;
  const { length } = scopes.join(' ');
  return length > 256 ? `has ${length} characters` : undefined;
}
