import { longestWait } from './bounds.ts';
import type { ClientRotation } from './client-rotation.ts';
import type { Credential } from './credential.ts';
import { onRetired } from './deeds-on-retired.ts';
import { type Doing, nothingToDo } from './doing.ts';
import type { consoleDeeds, retiredDeeds } from './faults.ts';
import type { World } from './world.ts';

type ConsoleDeed = (typeof consoleDeeds)[number] | (typeof retiredDeeds)[number];

/** What people and programs do where client secrets are rotated. */
export function onConsole(rotation: ClientRotation): Readonly<Record<ConsoleDeed, Doing>> {
  return {
    ...onRetired,
    'rotate-client-secret': (_, credential) => rotation.rotate(credential),
    'rotate-client-secret-and-cancel': (_, credential, { choice }) =>
      rotation.rotate(credential, 1 + Math.floor(choice * 3)),
    'schedule-client-secret-rotation': (_, credential) => rotation.test(credential),
    'store-credential-during-rotation': (world, credential, { choice }) => {
      rotation.rotate(credential);
      credential.trouble(world.clock.now + 60);
      world.clock.after(choice * 12, () => storeAgain(world, credential, choice));
    },
    'add-secret-at-adobe': ({ clock }, credential) => {
      const { console } = credential;
      if (console?.isFull !== false) return nothingToDo;
      const added = console.add(false);
      credential.trouble(clock.now);
      return () => {
        if (console.byValue(added.value) === undefined) return;
        const isNeeded = !console.secrets.some(({ value }) => value !== added.value);
        if (!isNeeded && !isStored(credential, added.value)) console.remove(added);
        credential.disturb(clock.now, clock.now);
      };
    },
    'delete-secret-at-adobe': (world, credential, { choice }) => {
      const { console } = credential;
      const { secrets = [] } = console ?? {};
      const secret = secrets[Math.floor(choice * secrets.length)];
      if (console === undefined || secret === undefined || secrets.length < 2) return nothingToDo;
      console.remove(secret);
      return () => {
        if (credential.hasWorkingSecret) return;
        world.store(credential.clientSecret, credential.document([credential.addSecret()]));
        credential.disturb(world.clock.now, world.clock.now, longestWait);
      };
    },
    'use-old-client-secret': ({ ims, clock }, credential, { lasts }) => {
      const { console, atAdobe, knownSecrets } = credential;
      const old = console?.secrets.find(
        ({ value, retiredAt }) => retiredAt !== undefined && knownSecrets.includes(value),
      );
      if (old === undefined) return nothingToDo;
      ims.token(atAdobe.host, {
        clientId: atAdobe.clientId,
        clientSecret: old.value,
        scopes: ['openid'],
      });
      // Days later, whoever used it has got another one.
      clock.after(3 * 86_400 + lasts, () => {
        if (console?.byUuid(old.uuid) === undefined || old.retiredAt === undefined) return;
        console.remove(old);
        credential.disturb(clock.now, clock.now);
      });
      return undefined;
    },
  };
}

/** Either the same value, or another client secret of somebody's. */
function storeAgain(world: World, credential: Credential, choice: number): void {
  const { clientSecret } = credential;
  const { now } = world.clock;
  credential.disturb(now, now);
  if (clientSecret.isDeleted || clientSecret.denied.has('put') || clientSecret.isLocked) return;
  const isSame = choice * 100 - Math.floor(choice * 100) < 0.5;
  const value = clientSecret.current?.value;
  if (isSame && value !== undefined) world.store(clientSecret, value);
  else world.store(clientSecret, credential.document([credential.addSecret()]));
}

function isStored({ clientSecret }: Credential, value: string): boolean {
  return clientSecret.current?.value?.includes(value) === true;
}
