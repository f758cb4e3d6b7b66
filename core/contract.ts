/**
 * The facts that the function, the stack, the commands and their tests share: names, tags,
 * environment variables, metrics and products. It imports nothing, so that everybody can import it.
 */

/** The first part of every rotator's secret names, unless the rotator has a prefix of its own. */
export const standardPrefix = 'ims-token-rotator';

/** The prefix of a rotator's secret names, without the slash that follows, unless it is set. */
export function defaultPrefix(rotator: string): string {
  return `${standardPrefix}/${rotator}`;
}

/** A credential has two secrets, each named `<prefix>/<credential>/<kind>`. */
export type SecretKind = 'client' | 'token';

export function secretName(prefix: string, credential: string, kind: SecretKind): string {
  return `${prefix}/${credential}/${kind}`;
}

/** What a secret holds at most, in bytes. */
export const longestSecretValue = 65_536;

export const credentialNamePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const credentialNameRule =
  'lower-case letters, digits and hyphens, 1 to 63 characters, not starting with a hyphen';

export const rotatorNamePattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/;
export const rotatorNameRule =
  'letters, digits and hyphens, 1 to 128 characters, not starting with a hyphen';

export const prefixPattern = /^(?=.{1,400}$)[A-Za-z0-9_+=.@-]+(\/[A-Za-z0-9_+=.@-]+)*$/;
export const prefixRule =
  'parts of letters, digits and _+=.@- joined by single slashes, at most 400 characters';

/**
 * The tags of a token secret. The rotator writes `status` and `requested`; the stack and operators
 * the others.
 */
export const tagKeys = {
  status: 'ims-token-rotator:status',
  requested: 'ims-token-rotator:requested',
  /** On a client secret: how far its own rotation is. The rotator writes it. */
  rotation: 'ims-token-rotator:rotation',
  paused: 'ims-token-rotator:paused',
  product: 'ims-token-rotator:product',
  scopes: 'ims-token-rotator:scopes',
  renewBefore: 'ims-token-rotator:renew-before',
} as const;

const scopesTagRule =
  'scopes are kept in a tag: letters, digits and ._:/- each, and at most 256 characters with the ' +
  'spaces between them; scopes that do not fit belong in the client secret’s value, as "scopes"';

/** Of scopes in a value and in a tag. */
export const scopePattern = /^[A-Za-z0-9._:/-]+$/;

/**
 * Whoever has a token with these can add client secrets and delete those in use, so that no such token
 * is stored for workloads.
 */
export const clientSecretScopes: readonly string[] = [
  'read_client_secret',
  'manage_client_secrets',
];

/** Whatever their case, as nobody says that IMS distinguishes it. */
export function managesClientSecrets(scope: string): boolean {
  return clientSecretScopes.includes(scope.toLowerCase());
}

/** True for a text with a client secret of Adobe's in it, whatever quotes or spaces are around it. */
export function holdsClientSecret(text: string): boolean {
  return text.includes('p8e-');
}

/** The problem with a list of scopes for the `scopes` tag; undefined if it can be stored there. */
export function scopesTagProblem(scopes: readonly string[]): string | undefined {
  const managing = scopes.find(managesClientSecrets);
  if (managing !== undefined) return `holds "${managing}", which no stored token may have`;
  if (scopes.some(holdsClientSecret)) return 'holds a client secret, which no tag may have';
  if (scopes.length === 0) return `is empty; ${scopesTagRule}`;
  const unfit = scopes.find((scope) => !scopePattern.test(scope));
  if (unfit !== undefined) return `holds "${unfit}"; ${scopesTagRule}`;
  const { length } = scopes.join(' ');
  return length > 256 ? `has ${length} characters; ${scopesTagRule}` : undefined;
}

/** All credentials that the stack declares, but those whose client secrets are imported. */
export const allRotate = '*';

/** The environment variables of the function. */
export const environmentVariables = {
  name: 'IMS_TOKEN_ROTATOR_NAME',
  prefix: 'IMS_TOKEN_ROTATOR_PREFIX',
  clientSecrets: 'IMS_TOKEN_ROTATOR_CLIENT_SECRETS',
  /** The names of the credentials that the stack declares, separated by commas. */
  declared: 'IMS_TOKEN_ROTATOR_DECLARED',
  /** Those of them whose client secrets rotate, or `allRotate`. */
  rotating: 'IMS_TOKEN_ROTATOR_ROTATING',
  tickSeconds: 'IMS_TOKEN_ROTATOR_TICK_SECONDS',
  concurrency: 'IMS_TOKEN_ROTATOR_CONCURRENCY',
  imsRequestsPerSecond: 'IMS_TOKEN_ROTATOR_IMS_REQUESTS_PER_SECOND',
  writesPerSecond: 'IMS_TOKEN_ROTATOR_WRITES_PER_SECOND',
  /** The number of schedules among which the credentials are divided. */
  shards: 'IMS_TOKEN_ROTATOR_SHARDS',
  /** Beginnings that many credentials' names share, separated by commas. */
  shardStems: 'IMS_TOKEN_ROTATOR_SHARD_STEMS',
  validate: 'IMS_TOKEN_ROTATOR_VALIDATE',
  imsEndpointUrl: 'IMS_ENDPOINT_URL',
  /** Replaces the origin of the Developer Console's API. */
  consoleEndpointUrl: 'ADOBE_CONSOLE_ENDPOINT_URL',
  /** The ARN of the secret that holds the user name and password for HTTPS_PROXY. */
  proxySecret: 'IMS_TOKEN_ROTATOR_PROXY_SECRET',
} as const;

/**
 * One letter or digit tells at least ten groups of names apart. A shard's silence is an alarm of its
 * own, and ten shards list 100,000 credentials in half a minute.
 */
export const mostShards = 10;

/** The names of a rotator's shards, for example `1/4` to `4/4`; one without a name if it has none. */
export function shardsOf(count: number): readonly (string | undefined)[] {
  if (count === 1) return [undefined];
  return Array.from({ length: count }, (_, index) => `${index + 1}/${count}`);
}

/** Each character of a stem costs some four calls of ListSecrets in every round of ticks. */
export const mostShardStems = 20;

/** How fast a run may work, by setting: its limits, and what it is unless it is set. */
export const paceLimits = {
  concurrency: { least: 1, most: 50, standard: 8 },
  imsRequestsPerSecond: { least: 1, most: 50, standard: 40 },
  // The account's quota, which others share.
  writesPerSecond: { least: 1, most: 50, standard: 40 },
} as const;

/** Seconds between two ticks, unless it is set. */
export const defaultTick = 900;

/** A certificate in a PEM file, which may hold many, and text between them. */
export const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export const metricNamespace = 'ImsTokenRotator';

/** The dimension of every metric; its value is the rotator's name. */
export const metricDimension = 'rotator';

/** With the rotator's, the dimensions under which the tick of a shard is counted once more. */
export const shardDimension = 'shard';

/** The metrics, each with its CloudWatch unit. */
export const metricUnits = {
  /** Completed passes over the whole list of secrets. */
  Ticks: 'Count',
  /** Credentials found by the last pass. */
  Managed: 'Count',
  /** Tokens stored. */
  Renewed: 'Count',
  /** Credentials currently failing. */
  Failing: 'Count',
  /** Credentials currently paused. */
  Paused: 'Count',
  /** Remaining life, in percent, of the token closest to expiry, paused tokens aside. */
  MinLifeLeft: 'Percent',
  /** Seconds until the first token expires. */
  MinSecondsToExpiry: 'Seconds',
  /** Remaining life, in percent, of the paused token closest to expiry. */
  MinPausedLifeLeft: 'Percent',
  /** Client secrets whose rotation is more than a day late. */
  ClientSecretRotationOverdue: 'Count',
  /** Time from a credential's first read to its stored token. */
  RenewalDuration: 'Milliseconds',
} as const;

export type MetricName = keyof typeof metricUnits;

/** Days, hours, minutes and seconds, for example `PT12H`. */
export const durationPattern = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
export const durationRule =
  'an ISO 8601 duration of days, hours, minutes and seconds, for example PT8H';

const firefly = [
  'openid',
  'AdobeID',
  'session',
  'additional_info',
  'read_organizations',
  'firefly_api',
  'ff_apis',
] as const;

/**
 * The scopes that Adobe documents for a product. The authoritative list is the credential's Scopes
 * tab in the Developer Console; explicit scopes win over a product.
 */
export const productScopes = {
  /** @see https://developer.adobe.com/workfront-fusion-apis/getting-started/authentication/ */
  'workfront-fusion': ['openid', 'AdobeID', 'profile', 'additional_info.projectedProductContext'],
  /** @see https://developer.adobe.com/workflow-builder-api/getting-started/create-credentials/ */
  'workflow-builder': firefly,
  /** @see https://developer.adobe.com/firefly-services/docs/firefly-api/guides/ */
  firefly,
  /** @see https://developer.adobe.com/audio-video-firefly-services/getting_started/ */
  'firefly-audio-video': ['openid', 'AdobeID', 'firefly_api', 'ff_apis'],
  /** @see https://developer.adobe.com/translate-lipsync/getting_started/ */
  'translate-lipsync': ['openid', 'AdobeID', 'firefly_api', 'ff_apis'],
  /** @see https://developer.adobe.com/firefly-services/docs/photoshop/getting-started/ */
  photoshop: ['openid', 'AdobeID', 'read_organizations'],
  /** @see https://developer.adobe.com/firefly-services/docs/lightroom/getting-started/ */
  lightroom: ['openid', 'AdobeID', 'read_organizations'],
  /** @see https://experienceleague.adobe.com/en/docs/asset-compute/using/api */
  'asset-compute': [
    'openid',
    'AdobeID',
    'asset_compute',
    'read_organizations',
    'event_receiver',
    'event_receiver_api',
    'adobeio_api',
    'additional_info.roles',
    'additional_info.projectedProductContext',
  ],
  /** @see https://developer.adobe.com/commerce/webapi/rest/authentication/server-to-server/ */
  commerce: [
    'openid',
    'AdobeID',
    'email',
    'profile',
    'additional_info.roles',
    'additional_info.projectedProductContext',
    'commerce.accs',
  ],
  /** @see https://developer.adobe.com/events/docs/ */
  'io-events': ['openid', 'AdobeID', 'event_receiver', 'event_receiver_api'],
  /** @see https://adobe-apiplatform.github.io/umapi-documentation/en/UM_Authentication.html */
  'user-management': ['openid', 'AdobeID', 'user_management_sdk'],
} as const satisfies Record<string, readonly string[]>;

export type Product = keyof typeof productScopes;

export const products = Object.keys(productScopes) as readonly Product[];

/** `hasOwn`, so that a name like `constructor` is not a product. */
export function isProduct(name: unknown): name is Product {
  return typeof name === 'string' && Object.hasOwn(productScopes, name);
}

/** The fields of a token secret's value, in their order. */
export const tokenFields = [
  'schema',
  'access_token',
  'token_type',
  'expires_in',
  'expires_at',
  'issued_at',
  'client_id',
  'scope',
  'org_id',
  'ims_host',
  'client_secret_version',
] as const;
