import * as v from 'valibot';

/** IMS, unless a credential names another host. */
export const defaultImsHost = 'ims-na1.adobelogin.com';

/** Client secrets and tokens are sent to no other host. */
export const imsHostSchema = v.pipe(
  v.string('must be a string'),
  v.maxLength(253, 'must be at most 253 characters'),
  v.regex(
    /^([a-z0-9-]+\.)+adobelogin\.com$/,
    'must be a host name under .adobelogin.com, without https:// and path',
  ),
);
