import { epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { Deps, SecretStore, SecretValue, TokenEndpoint } from '../../core/ports.ts';
import { renewBefore } from '../../core/renew-before.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { fingerprint, type Tags } from '../../core/token-tags.ts';
import { decodeVersionId, encodeVersionId } from '../../core/version-id.ts';
import { digest, hour, lifetime, now } from './builders.ts';
import { noConsole } from './no-console.ts';

const prefix = 'ims-token-rotator/prod';
const tick = 900;
const pageSize = 50;
const clientVersion = '00000000-0000-4000-8000-00000000c11e';

interface Pair {
  readonly credential: string;
  readonly client: SecretMetadata;
  token: SecretMetadata;
}

/**
 * A fleet of credentials behind the engine's ports, in memory and on a virtual clock, so that days of
 * a hundred thousand credentials take a minute. Its tokens become due evenly over half a day.
 */
export class MemoryFleet {
  seconds: number = now;
  /** The most seconds that a token was due before it was renewed. */
  latest = 0;
  renewed = 0;
  listCalls = 0;
  readonly #pairs: readonly Pair[];
  readonly #byName: ReadonlyMap<string, Pair>;

  constructor(names: readonly string[]) {
    // In the order of ListSecrets, which sees the slash after a name.
    this.#pairs = names
      .map((credential) => ({ credential, path: `${credential}/` }))
      .sort((one, other) => (one.path < other.path ? -1 : 1))
      .map(({ credential }, index) => newPair(credential, (index * 7_919) % (12 * hour)));
    this.#byName = new Map(
      this.#pairs.flatMap((pair) => [
        [pair.token.arn, pair],
        [pair.token.name, pair],
      ]),
    );
  }

  /** The most seconds that a token is due by now. */
  get overdue(): number {
    return this.#pairs.reduce((most, { token }) => Math.max(most, this.#lateness(token)), 0);
  }

  deps(config: Partial<Deps['config']> = {}): Deps {
    return {
      config: {
        rotator: 'prod',
        prefix,
        clientSecrets: new Map(),
        declared: new Set(),
        tick,
        region: 'us-east-1',
        validate: false,
        concurrency: 8,
        imsRequestsPerSecond: 40,
        writesPerSecond: 40,
        shards: 1,
        shardStems: new Set(),
        ...config,
      },
      now: () => epochSeconds(this.seconds),
      random: () => 0.5,
      sleep: () => Promise.resolve(),
      remaining: () => 600,
      digest,
      secrets: this.#store(),
      tokenEndpoint: this.#ims(),
      consoleEndpoint: noConsole,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      metrics: { add: () => undefined, alsoFor: () => undefined, tell: () => undefined },
      signal: new AbortController().signal,
    };
  }

  #store(): SecretStore {
    return {
      listPage: (prefixes, token) => Promise.resolve(this.#page(prefixes, token)),
      describe: (id) => Promise.resolve(this.#byName.get(id)?.token),
      read: (name) => Promise.resolve(clientValue(name)),
      readPrevious: () => Promise.resolve(undefined),
      readVersion: refuse,
      put: ({ secretId, versionId }) => {
        const pair = this.#pair(secretId);
        this.latest = Math.max(this.latest, this.#lateness(pair.token));
        this.renewed += 1;
        const previousVersionId = pair.token.currentVersionId;
        pair.token = { ...pair.token, currentVersionId: versionId, previousVersionId };
        return Promise.resolve(['AWSCURRENT']);
      },
      makeCurrent: refuse,
      removePending: refuse,
      setTag: ({ secretId, key, value }) => {
        const pair = this.#pair(secretId);
        pair.token = { ...pair.token, tags: { ...pair.token.tags, [key]: value } };
        return Promise.resolve();
      },
    };
  }

  #ims(): TokenEndpoint {
    return {
      request: () => {
        const access_token = `opaque-${this.renewed}`;
        const answer = { access_token, token_type: 'bearer', expires_in: lifetime };
        return Promise.resolve({ status: 200, body: JSON.stringify(answer) });
      },
      validate: refuse,
    };
  }

  #page(prefixes: readonly string[], nextToken: string | undefined): ReturnType<typeof pageOf> {
    this.listCalls += 1;
    const starts = prefixes.map((start) => start.slice(prefix.length + 1));
    return pageOf(this.#pairs, starts, Number(nextToken ?? 0));
  }

  #pair(id: string): Pair {
    const pair = this.#byName.get(id);
    if (pair === undefined) throw new TypeError(`there is no secret ${id}`);
    return pair;
  }

  #lateness({ currentVersionId = '' }: SecretMetadata): number {
    const version = decodeVersionId(currentVersionId, epochSeconds(this.seconds));
    if (version === undefined) throw new TypeError('a version id is not of the rotator');
    return this.seconds - (version.expiresAt - renewBefore(version.lifetime, tick));
  }
}

function refuse(): never {
  throw new TypeError('no renewal in this fleet needs this');
}

function newPair(credential: string, age: number): Pair {
  const client = metadata(credential, 'client', {}, clientVersion);
  const fields = {
    expiresAt: epochSeconds(now - age + lifetime),
    lifetime,
    fingerprint: fingerprint(digest, client.arn, clientVersion, {}),
  };
  const versionId = encodeVersionId(fields, digest(credential));
  return { credential, client, token: metadata(credential, 'token', {}, versionId) };
}

function metadata(
  credential: string,
  kind: 'client' | 'token',
  tags: Tags,
  currentVersionId: string,
): SecretMetadata {
  const name = `${prefix}/${credential}/${kind}`;
  const arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`;
  return { name, arn, tags, currentVersionId, createdAt: epochSeconds(now - 30 * 24 * hour) };
}

function clientValue(name: string): SecretValue {
  const document = { client_id: 'a-client', client_secret: 'a-secret', scope: 'openid' };
  const text = new Sensitive(JSON.stringify(document));
  const arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`;
  return { arn, versionId: clientVersion, secretString: text, text };
}

/** The pairs that begin with a prefix, from the offset on. */
function pageOf(pairs: readonly Pair[], prefixes: readonly string[], offset: number) {
  const found: Pair[] = [];
  let skipped = 0;
  for (const start of prefixes) {
    const [first, end] = [firstFrom(pairs, start), firstFrom(pairs, `${start}\uffff`)];
    const skip = Math.min(offset - skipped, end - first);
    skipped += skip;
    found.push(...pairs.slice(first + skip, Math.min(end, first + skip + pageSize + 1)));
    if (found.length > pageSize) break;
  }
  return {
    rows: found.slice(0, pageSize).flatMap(({ client, token }) => [client, token]),
    nextToken: found.length > pageSize ? String(offset + pageSize) : undefined,
  };
}

function firstFrom(pairs: readonly Pair[], path: string): number {
  let [low, high] = [0, pairs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (`${pairs[middle]?.credential}/` < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
