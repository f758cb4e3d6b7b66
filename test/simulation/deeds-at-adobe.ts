import { type Doing, nothingToDo } from './doing.ts';
import type { DeedKind } from './faults.ts';
import { storedFields } from './stored-fields.ts';

/** What happens at Adobe, of which the rotator is told nothing. */
export const atAdobe = {
  'withdraw-scope-at-adobe': (_, { atAdobe: { scopes } }) => {
    scopes.delete('firefly_api');
    return () => void scopes.add('firefly_api');
  },
  'suspend-client-at-adobe': (_, { atAdobe: client }) => {
    client.isSuspended = true;
    return () => {
      client.isSuspended = false;
    };
  },
  'repeat-tokens-at-adobe': (_, { atAdobe: client }) => {
    client.repeats = true;
    return () => {
      client.repeats = false;
    };
  },
  'shorten-tokens-at-adobe': ({ clock, lambda }, { atAdobe: client, plan }, { choice, lasts }) => {
    client.lifetime = choice < 0.3 ? 300 : 3_599;
    // One replaces the stored token, and somebody asks for another whenever such a token has expired.
    const most = Math.min(lasts, choice < 0.3 ? 4_000 : 0);
    for (let at = 0; at < most; at += 400) {
      const event = { action: 'renew', credential: plan.name, force: at === 0 };
      clock.after(at, () => lambda.send(event));
    }
    return () => {
      client.lifetime = plan.lifetime;
    };
  },
  'revoke-token': ({ ims }, { tokenSecret }) => {
    const token = ims.issued(storedFields(tokenSecret.current?.value)?.access_token ?? '');
    if (token === undefined || token.isRevoked) return nothingToDo;
    token.isRevoked = true;
    return undefined;
  },
} as const satisfies Partial<Record<DeedKind, Doing>>;
