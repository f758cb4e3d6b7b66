import { tagKeys } from '../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId, longestLifetime } from '../../core/version-id.ts';
import { longestWait } from './bounds.ts';
import { type Credential, secretMark } from './credential.ts';
import { type Doing, nothingToDo } from './doing.ts';
import type { DeedKind } from './faults.ts';
import { mostVersions } from './secret.ts';
import { AwsError } from './secrets-manager.ts';
import { storedFields } from './stored-fields.ts';

const day = 86_400;

const setTag =
  (key: string, values: readonly (string | undefined)[]): Doing =>
  ({ secretsManager, clock }, credential, { choice }) => {
    credential.disturb(clock.now, clock.now);
    secretsManager.tag(credential.tokenSecret.arn, key, values[Math.floor(choice * values.length)]);
    credential.settingsSet(clock.now);
  };

const deny =
  (secret: 'clientSecret' | 'tokenSecret', operation: string): Doing =>
  (_, credential) => {
    const { denied } = credential[secret];
    denied.add(operation);
    return () => void denied.delete(operation);
  };

const remove =
  (kind: 'clientSecret' | 'tokenSecret'): Doing =>
  ({ secretsManager }, credential) => {
    const secret = credential[kind];
    secretsManager.setDeleted(secret, true);
    return () => secretsManager.setDeleted(secret, false);
  };

const storeFor =
  (value: string): Doing =>
  (world, credential) => {
    world.store(credential.clientSecret, value.replace('CLIENT', credential.atAdobe.clientId));
    return () => world.store(credential.clientSecret, credential.document());
  };

const wrong = `{"client_id":"CLIENT","client_secrets":["${secretMark}-wrong"],"scopes":["openid"]}`;

function withdraw(credential: Credential, old: readonly string[]): void {
  for (const each of old) credential.removeSecret(each);
}

const again: Doing = (world, credential) => {
  const { clientSecret } = credential;
  const value = clientSecret.current?.value;
  if (value === undefined) return nothingToDo;
  // The version that a rotation has in AWSPENDING is overtaken.
  credential.trouble(world.clock.now);
  world.store(clientSecret, value);
  return undefined;
};

/** What happens to secrets, their tags, policies and keys. */
export const onSecrets = {
  'change-credential': (world, credential, { lasts }) => {
    const old = credential.knownSecrets;
    world.store(credential.clientSecret, credential.document([credential.addSecret()]));
    credential.disturb(world.clock.now, world.clock.now);
    world.clock.after(lasts, () => withdraw(credential, old));
  },
  'add-client-secret': (world, credential, { lasts }) => {
    const old = credential.knownSecrets;
    credential.addSecret();
    const both = credential.knownSecrets.slice(-2);
    world.store(credential.clientSecret, credential.document(both));
    credential.disturb(world.clock.now, world.clock.now);
    // The first one is withdrawn, but stays in the secret.
    world.clock.after(lasts, () => withdraw(credential, old));
  },
  'store-wrong-credential': storeFor(wrong),
  'store-no-credential': storeFor('this is no credential'),
  'store-credential-again': again,
  'controller-rewrites': (world, credential, deed) => {
    const every = 300 + 3_600 * deed.choice;
    const rewrite = (): void => {
      if (world.clock.now > deed.at + deed.lasts) return;
      try {
        again(world, credential, deed);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
      world.clock.after(every, rewrite);
    };
    rewrite();
  },
  'delete-client-secret': remove('clientSecret'),
  'delete-token-secret': remove('tokenSecret'),
  'recreate-token-secret': (world, credential) => {
    world.createTokenSecret(credential);
    // Its tags are those of the beginning again, and with them the scopes.
    credential.settingsSet(world.clock.now);
    world.invariants.requests.forget(credential);
    credential.reign = undefined;
    credential.disturb(world.clock.now, world.clock.now);
  },
  'junk-over-token': (world, credential) => {
    credential.disturb(world.clock.now, world.clock.now);
    world.store(credential.tokenSecret, 'junk');
  },
  'forge-version-id': ({ clock, secretsManager, lambda }, credential, { choice }) => {
    const lifetime = Math.ceil(choice * longestLifetime);
    const issued = epochSeconds(clock.now);
    const expiresAt = epochSeconds(issued + lifetime);
    const { tokenSecret, clientSecret } = credential;
    const fields = storedFields(tokenSecret.current?.value);
    // The last digits are as good as another choice.
    const [isPlausible, isToken] = [(choice * 1e3) % 1 < 0.7, (choice * 1e5) % 1 < 0.7];
    const own = fingerprint(
      (text) => lambda.digest(text),
      clientSecret.arn,
      clientSecret.current?.id ?? '',
      Object.fromEntries(tokenSecret.tags),
    );
    const claimed = { expiresAt, lifetime, fingerprint: isPlausible ? own : '0badc0de' };
    const versionId = encodeVersionId(claimed, 'abcdef');
    const [issued_at, expires_at] = [issued, expiresAt].map(formatInstant);
    const value =
      isToken && fields !== undefined
        ? JSON.stringify({ ...fields, issued_at, expires_at })
        : 'forged';
    credential.disturb(clock.now, clock.now);
    // The budget counts the version as a token.
    credential.requestedAt = clock.now;
    // Another version of the credential may turn out to be the same one.
    credential.forged.set(versionId, {
      expiresAt,
      lifetime,
      isPlausible: isPlausible || value !== 'forged',
    });
    secretsManager.put(tokenSecret.arn, { versionId, value });
  },
  'store-token-by-hand': (world, credential) => {
    const { atAdobe, tokenSecret } = credential;
    const scopes = [...atAdobe.scopes].slice(0, 2);
    const [clientSecret = ''] = credential.knownSecrets.slice(-1);
    const grant = { clientId: atAdobe.clientId, clientSecret, scopes };
    const { access_token } = JSON.parse(world.ims.token(atAdobe.host, grant).body);
    const issued = epochSeconds(world.clock.now);
    const [issued_at, expires_at] = [issued, epochSeconds(issued + atAdobe.lifetime)].map(
      formatInstant,
    );
    credential.disturb(world.clock.now, world.clock.now);
    world.store(tokenSecret, JSON.stringify({ schema: 1, access_token, issued_at, expires_at }));
  },
  'runaway-writer': (world, credential) => {
    const { now } = world.clock;
    // Versions of the last 24 hours count against the quota.
    credential.disturb(now, now + day, longestWait);
    let written = 0;
    try {
      for (; written <= mostVersions; written += 1) {
        world.store(credential.tokenSecret, `junk ${written}`);
      }
    } catch (error) {
      // Secrets Manager takes no more.
      if (!(error instanceof AwsError) || written === 0) throw error;
    }
  },
  pause: ({ secretsManager, clock }, credential, { choice }) => {
    const { arn } = credential.tokenSecret;
    credential.pauseChangedAt = clock.now;
    secretsManager.tag(arn, tagKeys.paused, choice < 0.5 ? 'true' : '');
    return () => {
      credential.resumedAt = clock.now;
      credential.pauseChangedAt = clock.now;
      secretsManager.tag(arn, tagKeys.paused, choice < 0.5 ? 'false' : undefined);
    };
  },
  'move-label-back': ({ secretsManager, clock }, credential) => {
    const { tokenSecret } = credential;
    credential.disturb(clock.now, clock.now);
    const [to, from] = ['AWSPREVIOUS', 'AWSCURRENT'].map((label) => tokenSecret.holder(label)?.id);
    if (to === undefined) return nothingToDo;
    secretsManager.move(tokenSecret.arn, 'AWSCURRENT', to, from);
    return undefined;
  },
  'set-scopes': setTag(tagKeys.scopes, ['openid AdobeID', 'openid AdobeID ff_apis', 'openid']),
  'set-renew-before': setTag(tagKeys.renewBefore, ['PT2H', 'PT8H', 'nonsense', undefined]),
  'forge-status': ({ secretsManager, clock, lambda }, credential, { choice }) => {
    const { clientSecret, tokenSecret } = credential;
    const tags = Object.fromEntries(tokenSecret.tags);
    const version = clientSecret.current?.id ?? '';
    const own = fingerprint((text) => lambda.digest(text), clientSecret.arn, version, tags);
    const [since, retryAt] = [clock.now, clock.now + choice * 10_000].map((at) =>
      formatInstant(epochSeconds(at)),
    );
    const value = `failing code=ERR_TOKEN_REJECTED since=${since} retry-at=${retryAt} credential=${own}`;
    // It counts once it is no more than an hour ahead, if no run has cleared it by then.
    credential.disturb(clock.now, clock.now, Math.max(longestWait, choice * 10_000) + 300);
    secretsManager.tag(tokenSecret.arn, tagKeys.status, value);
  },
  'deny-put': deny('tokenSecret', 'put'),
  'deny-tag': (world, credential, deed) => {
    const operations = deed.choice < 0.3 ? ['tag', 'put'] : ['tag'];
    const { denied } = credential.tokenSecret;
    for (const each of operations) denied.add(each);
    // Somebody asks for token after token meanwhile, and no tag tells of it.
    for (let at = 70; at < deed.lasts && at < 700 && deed.choice < 0.6; at += 70) {
      const event = { action: 'renew', credential: credential.plan.name, force: true };
      world.clock.after(at, () => world.lambda.send(event));
    }
    return () => {
      for (const each of operations) denied.delete(each);
    };
  },
  'deny-read': deny('clientSecret', 'get'),
  'disable-key': (_, { clientSecret, tokenSecret }, { choice }) => {
    const locked = choice < 0.5 ? [tokenSecret] : [clientSecret, tokenSecret];
    for (const secret of locked) secret.isLocked = true;
    return () => {
      for (const secret of locked) secret.isLocked = false;
    };
  },
} as const satisfies Partial<Record<DeedKind, Doing>>;
