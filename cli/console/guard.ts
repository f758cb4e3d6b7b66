import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The decision to serve a request, or the answer that turns it away. */
export type Admission =
  | { readonly kind: 'admitted' }
  /** It has the key: it gets the cookie. */
  | { readonly kind: 'entered'; readonly cookie: string }
  | { readonly kind: 'refused'; readonly status: 403 | 421; readonly text: string };

const closed =
  'This console is open only to the browser that first opened its address, which is shown in the ' +
  'terminal and works once. For another one, run the command again.';

/** The header that every POST needs. No form can send it, and no other origin without being asked. */
export const actionHeader = 'ims-token-rotator-console';

/**
 * Admits the browser of the person who started the server, and nothing else on this machine or on
 * the web: not a page under a name that resolves to loopback, not one of another origin, and nobody
 * who does not know the key.
 */
export class Guard {
  /** Opens the console once. */
  readonly key = randomKey();
  readonly #cookie = randomKey();
  readonly #cookieName: string;
  readonly #localhost: string;
  /** Its own address, without a name. */
  readonly host: string;
  #isKeyUsed = false;

  constructor(port: number) {
    // As browsers send it: without the port, if that is 80.
    this.host = new URL(`http://127.0.0.1:${port}`).host;
    this.#localhost = new URL(`http://localhost:${port}`).host;
    // Cookies do not know ports: another console must not replace this one's.
    this.#cookieName = `ims-token-rotator-console-${port}`;
  }

  admit(request: IncomingMessage, url: URL): Admission {
    const { origin, 'sec-fetch-site': site = 'none', cookie = '' } = request.headers;
    const [host = '', ...others] = request.headersDistinct['host'] ?? [];
    if ((host !== this.host && host !== this.#localhost) || others.length > 0) {
      return { kind: 'refused', status: 421, text: `This is ${this.host}.` };
    }
    const isForeign = origin !== undefined && origin !== `http://${host}`;
    if (isForeign || !['same-origin', 'none'].includes(String(site))) {
      const text = 'The console answers no other page. Copy its address into the address bar.';
      return { kind: 'refused', status: 403, text };
    }
    if (request.method === 'GET' && url.pathname === '/' && this.#open(url)) {
      const value = `${this.#cookieName}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`;
      return { kind: 'entered', cookie: value };
    }
    if (this.#hasCookie(cookie)) return { kind: 'admitted' };
    return { kind: 'refused', status: 403, text: closed };
  }

  #open({ searchParams }: URL): boolean {
    const key = searchParams.get('key');
    if (key === null || this.#isKeyUsed || !isSame(key, this.key)) return false;
    this.#isKeyUsed = true;
    return true;
  }

  #hasCookie(header: string): boolean {
    return header.split(/; */).some((pair) => {
      const [name, value = ''] = pair.split('=');
      return name === this.#cookieName && isSame(value, this.#cookie);
    });
  }
}

function randomKey(): string {
  return randomBytes(32).toString('base64url');
}

/** Takes as long whatever they are. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(first ?? Buffer.alloc(0), second ?? Buffer.alloc(0));
}
