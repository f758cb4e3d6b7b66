const form =
  /^(https:\/\/)?(\*\.[\w-]+\.)?[\w.-]+(:\d+)?$|^http:\/\/(localhost|127\.0\.0\.1|\[::1])(:\d+)?$/i;
/** There, each customer of Adobe chooses what gets a request: API Mesh, actions of Runtime, webhooks. */
const exceptCustomers = '(?:(?!\\b(?:graph|runtime|(?:web)?hooks?)\\d*\\b)[^/])+';

/**
 * A predicate for URLs that may get the token.
 *
 * @throws TypeError for anything but a host, `*.` and a domain, or an origin
 */
export function allowedOrigins(origins: readonly string[]): (url: URL) => boolean {
  const patterns = origins.map((entry) => {
    if (!form.test(entry)) throw new TypeError(`origins: invalid ${entry}`);
    const { origin } = new URL(entry.includes('://') ? entry : `https://${entry}`);
    const any = /\*\.(adobe\.io|workfront\.com)/.test(origin) ? exceptCustomers : '[^/]+';
    return new RegExp(`^${origin.replace(/[.[\]]/g, '\\$&').replace('*', any)}$`);
  });
  // Not `url.origin`: that of a blob is its creator's.
  return ({ protocol, host }) => patterns.some((pattern) => pattern.test(`${protocol}//${host}`));
}
