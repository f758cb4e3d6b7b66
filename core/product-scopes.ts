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
 * The scopes that Adobe documents for a product, by the name of the preset. The authoritative list
 * of a credential is its Scopes tab in the Developer Console; explicit scopes win over a preset.
 */
const presets = {
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

/** The presets by name; a Map, so that a name such as `constructor` finds nothing. */
export const productScopes: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(presets),
);
