import type { Candidate } from './credential-candidates.ts';
import { isBlank } from './credential-values.ts';
import { foldName, isOfVendor, startsWithWords } from './field-names.ts';
import type { Field, Level } from './file-levels.ts';

/** A kind of file that holds no credential, and the remedy for its owner. */
export interface FileKind {
  readonly text: string;
  /** Nothing is known about it. */
  readonly isUnknown: boolean;
}

const create =
  'in the Developer Console, add an OAuth Server-to-Server credential to the project, and give that';

export function known(text: string): FileKind {
  return { text, isUnknown: false };
}

const kinds = {
  jwt: known(`is a JWT service credential, which Adobe has ended; ${create}`),
  webApp: known(
    `is a credential of an app that signs users in (OAuth Web App, SPA or native app); ${create}`,
  ),
  apiKey: known(`is an API key credential, which has no client secret; ${create}`),
  google: known(`is a Google service account key, not a credential of Adobe; ${create}`),
  googleClient: known(`is an OAuth client of Google, not a credential of Adobe; ${create}`),
  azure: known(`is a service principal of Azure, not a credential of Adobe; ${create}`),
  otherVendor: known(`is a credential of another vendor, by its names; ${create}`),
  aws: known(`is an access key of AWS, not a credential of Adobe; ${create}`),
  storedToken: known(
    'is the value of a token secret, which the rotator writes; give the credential that tokens are minted with',
  ),
  token: known(
    'is a response with an access token, not the credential that it was minted with; give the client id, client secret and scopes',
  ),
  rejection: known('is an error response of IMS; give the credential itself'),
  project: known(
    'is a project file of the Developer Console without the client secret of an OAuth Server-to-Server credential; in the Console, open the credential, retrieve the client secret, and add it beside client_id as "client_secrets": ["…"], or download the file again',
  ),
  secretList: known(
    'lists client secrets without their values, which the Console shows and its API does not; retrieve the client secret in the Console',
  ),
  kubernetes: known(
    'is a Kubernetes Secret, whose values are base64; give the decoded values: kubectl get secret NAME -o go-template=\'{{range $k, $v := .data}}{{$k}}={{$v | base64decode}}{{"\\n"}}{{end}}\'',
  ),
  secretBinary: known(
    'has the credential as base64, in SecretBinary; decode that: aws secretsmanager get-secret-value --secret-id NAME --query SecretBinary --output text | base64 -d',
  ),
  encrypted: known('is encrypted; decrypt it first, for example: sops decrypt FILE'),
  unknown: { text: 'holds no credential in a known form', isUnknown: true },
} as const satisfies Record<string, FileKind>;

/** True for a file that is what it should be, but for the client secret. */
export function isProjectFile(kind: FileKind): boolean {
  return kind === kinds.project;
}

/** The kind of credential that cannot mint tokens by itself; undefined for one that can. */
export function kindOfCandidate({ level, prefix = '', tiers }: Candidate): FileKind | undefined {
  if (level.keys.some((key) => foldName(key).startsWith('oauthservertoserver'))) return undefined;
  const around = level.parent === undefined || level.isList ? [] : level.parent.fields;
  const fields = [...level.fields, ...around].filter(({ value }) => !isBlank(value));
  const names = new Set(fields.map((field) => withoutPrefix(field, prefix)));
  const has = (...wanted: readonly string[]): boolean => wanted.every((name) => names.has(name));
  if (level.keys.at(-1) === 'encryptedData' || isEncrypted(tiers)) return kinds.encrypted;
  if (has('privatekeyid')) return kinds.google;
  if (has('authproviderx509certurl')) return kinds.googleClient;
  const isKubernetes = around.some(({ key, value }) => key === 'kind' && value === 'Secret');
  if (isKubernetes && level.keys.at(-1) === 'data') return kinds.kubernetes;
  if (has('subscriptionid') || (has('tenantid') && hasUuid(tiers))) return kinds.azure;
  if (isOfVendor(prefix)) return kinds.otherVendor;
  const hasScopes = tiers
    .flat()
    .some(({ named, value }) => named?.role === 'scopes' && !isBlank(value));
  const isJwt =
    has('privatekey') || has('metascopes') || foldName(level.keys.at(-1) ?? '') === 'jwt';
  if (isJwt && !hasScopes) return kinds.jwt;
  const signsIn = [
    'redirecturi',
    'redirecturis',
    'defaultredirecturi',
    'redirectpattern',
    'authuri',
  ];
  return signsIn.some((name) => has(name)) ? kinds.webApp : kindOfType(fields);
}

/** SOPS and Hiera encrypt each value by itself. */
function isEncrypted(tiers: Candidate['tiers']): boolean {
  return tiers
    .flat()
    .some(({ named, value }) => named?.role === 'clientSecret' && /^ENC\[/.test(`${value}`));
}

/** Azure's client ids are UUIDs, Adobe's are not. */
function hasUuid(tiers: Candidate['tiers']): boolean {
  return tiers
    .flat()
    .some(
      ({ named, value }) => named?.role === 'clientId' && /^\w{8}(-\w{4}){3}-/.test(`${value}`),
    );
}

function kindOfType(fields: Level['fields']): FileKind | undefined {
  const type = fields.find(({ word }) => word === 'integrationtype')?.value;
  if (typeof type !== 'string' || /^oauth_server_to_server/.test(type)) return undefined;
  if (/^(service|jwt|entp)$/.test(type)) return kinds.jwt;
  return /api_?key/i.test(type) ? kinds.apiKey : kinds.webApp;
}

function withoutPrefix({ words, word }: Field, prefix: string): string {
  if (prefix === '' || !startsWithWords(words, prefix)) return word;
  return words.slice(prefix.length).replaceAll(' ', '');
}

/** Names the kind of a file that holds no complete credential. */
export function kindOfFile(levels: readonly Level[]): FileKind {
  const fields = levels.flatMap((level) => level.fields);
  const names = new Set(fields.map(({ word }) => word));
  const has = (...wanted: readonly string[]): boolean => wanted.every((name) => names.has(name));
  const says = (name: string, value: string): boolean =>
    fields.some((field) => field.word === name && field.value === value);
  if (says('type', 'service_account')) return kinds.google;
  if (says('kind', 'Secret') && has('data')) return kinds.kubernetes;
  if (has('secretbinary')) return kinds.secretBinary;
  if (has('sops')) return kinds.encrypted;
  if (has('privatekey') || has('metascopes')) return kinds.jwt;
  if (has('secretaccesskey') || has('awssecretaccesskey')) return kinds.aws;
  if (has('appid', 'tenant')) return kinds.azure;
  if (has('clientsecrets', 'uuid') && !has('clientsecret')) return kinds.secretList;
  if (has('project', 'workspace') || says('integrationtype', 'oauth_server_to_server')) {
    return kinds.project;
  }
  if (has('accesstoken', 'clientsecretversion')) return kinds.storedToken;
  if (has('accesstoken') && (has('expiresin') || has('tokentype'))) return kinds.token;
  return has('error', 'errordescription') ? kinds.rejection : kinds.unknown;
}
