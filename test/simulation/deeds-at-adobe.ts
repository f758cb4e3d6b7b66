import type { Doing } from './doing.ts';
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
  'shorten-tokens-at-adobe': (_, { atAdobe: client, plan }) => {
    client.lifetime = 3_599;
    return () => {
      client.lifetime = plan.lifetime;
    };
  },
  'revoke-token': ({ ims }, { tokenSecret }) => {
    const token = ims.issued(storedFields(tokenSecret.current?.value)?.access_token ?? '');
    if (token !== undefined) token.isRevoked = true;
  },
} as const satisfies Partial<Record<DeedKind, Doing>>;
