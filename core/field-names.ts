import { holdsClientSecret } from './contract.ts';

/** The meaning of a field of a credential. */
export type Role =
  | 'clientId'
  | 'clientSecret'
  | 'scopes'
  | 'orgId'
  | 'imsHost'
  | 'stage'
  | 'product'
  | 'credentialId'
  | 'consoleOrgId';

export interface NamedRole {
  readonly role: Role;
  /** The words in front of the role's own, which tell several credentials of a file apart. */
  readonly prefix: string;
}

/** The names of each role, as one word in lower case. */
const names: Readonly<Record<Role, readonly string[]>> = {
  clientId: ['clientid', 'apikey'],
  clientSecret: ['clientsecret', 'clientsecrets', 'secret', 'secrets', 'apisecret'],
  scopes: ['scope', 'scopes', 'imsscopes'],
  orgId: ['orgid', 'imsorgid', 'imsorg', 'org', 'organizationid', 'organisationid'],
  imsHost: ['imshost', 'ims', 'imsendpoint', 'imsurl', 'imsbaseurl', 'tokenurl', 'tokenendpoint'],
  stage: ['environment', 'env', 'imsenv', 'imsenvironment', 'aioclienv'],
  product: ['product'],
  credentialId: ['credentialid'],
  consoleOrgId: ['consoleorgid'],
};

const roles: ReadonlyMap<string, Role> = new Map(
  (Object.keys(names) as Role[]).flatMap((role) => names[role].map((name) => [name, role])),
);

const longestName = 200;
const mostWords = 4;

/** The words of a name in lower case: `clientId`, `CLIENT_ID`, `client-id` and `Client ID` are one. */
export function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, longestName)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** A name as one word in lower case. */
export function foldName(name: string): string {
  return wordsOf(name).join('');
}

/** The role that the end of a name says. Metascopes, of the JWT credentials, are not scopes. */
export function roleOf(words: readonly string[]): NamedRole | undefined {
  for (let count = Math.min(mostWords, words.length); count > 0; count -= 1) {
    const role = roles.get(words.slice(-count).join(''));
    const prefix = words.slice(0, -count);
    if (role !== undefined && prefix.at(-1) !== 'meta') return { role, prefix: prefix.join(' ') };
  }
  return undefined;
}

/** True if words, separated by spaces, begin with others. */
export function startsWithWords(text: string, words: string): boolean {
  return words === '' || `${text} `.startsWith(`${words} `);
}

// The first words of variables that are often beside Adobe's.
const vendors =
  /^(?:auth0|aws|azure|discord|facebook|github|gitlab|google|linkedin|microsoft|okta|salesforce|slack|spotify|stripe|twitter|zoom)\b/;

/** True for the beginning of names that belong to another vendor. */
export function isOfVendor(prefix: string): boolean {
  return vendors.test(prefix);
}

/** True for a name that says that it holds several values. */
export function isPlural(name: string): boolean {
  return wordsOf(name).at(-1)?.endsWith('s') === true;
}

const longestShown = 64;

/** A text from a file in one line: printable and short. */
export function showText(text: string): string {
  const line = text.replaceAll(/[^\x20-\x7e]/g, '?');
  return line.length > longestShown ? `${line.slice(0, longestShown - 1)}…` : line;
}

/** Stands for a name that is not shown. */
export const hidden = '(hidden)';

/** A field's name, or the path of it; hidden if it could be a secret that stands in a name's place. */
export function showName(name: string): string {
  const parts = name.slice(0, longestName).split('.');
  return parts.map((part) => (looksSecret(part) ? hidden : showText(part))).join('.');
}

// A shorter secret may be in a text by chance, and what follows the prefix of one more easily.
const longEnough = 8;
const longEnoughBare = 16;

/** True for a text that has one of these client secrets in it, in any letter case, with or without its prefix. */
export function holdsOneOf(text: string, secrets: readonly string[]): boolean {
  const whole = text.toLowerCase();
  return secrets
    .map((secret) => secret.toLowerCase())
    .some(
      (secret) =>
        whole === secret ||
        (secret.length >= longEnough && whole.includes(secret)) ||
        holdsBare(whole, secret.replace(/^p8e-/, '')),
    );
}

function holdsBare(whole: string, bare: string): boolean {
  return bare.length >= longEnoughBare && whole.includes(bare);
}

// As secrets of Adobe's older credentials are.
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** True for a text that could be a secret. */
export function looksSecret(name: string): boolean {
  if (holdsClientSecret(name) || name.includes('eyJ') || uuid.test(name)) return true;
  return name.split(/[^A-Za-z0-9]+/).some((part) => {
    const digits = part.replaceAll(/\D/g, '').length;
    const humps = part.match(/[a-z][A-Z]/g)?.length ?? 0;
    const isMixed = digits > 3 && part.length - digits > 3;
    return part.length > 32 || (part.length >= 12 && (isMixed || humps > part.length / 5));
  });
}

/** True for a text in the form of the Developer Console's client ids. */
export function isConsoleId(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text);
}

/** True for a client id that could be the client secret, swapped with it. */
export function looksSecretId(id: string): boolean {
  return looksSecret(id) && !isConsoleId(id);
}

const longestId = 256;

/** A client id for logs and people; hidden if it could be a secret, or is none by its length. */
export function showClientId(id: string): string {
  return id.length > longestId || looksSecretId(id) ? hidden : id;
}

const mostShown = 20;

/** Names from a file in one line. */
export function showNames(found: readonly string[]): string {
  const shown = found.slice(0, mostShown).map(showName).join(', ');
  const more = found.length - mostShown;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
