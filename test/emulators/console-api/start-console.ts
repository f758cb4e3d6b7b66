import { onTestFinished } from 'vitest';
import { consoleScopes } from '../../../emulators/console-api/admission.ts';
import { ConsoleApiEmulator } from '../../../emulators/console-api/emulator.ts';
import { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import { Clock, mint } from '../ims/start-ims.ts';

export const clientId = 'acme-client';
export const firstSecret = 'p8e-acme-one';
export const orgId = '23294';
export const credentialId = '451234';

/** A secret as the Console API shows it. */
export interface ShownSecret {
  readonly uuid: string;
  readonly created_at: string;
  readonly created_at_str: string;
  readonly client_secret?: string;
  readonly secret_usages: readonly { readonly last_used_at: string }[] | null;
}

/** A call with these changes; undefined removes a header. */
export interface CallOptions {
  readonly method?: string;
  readonly uuid?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** IMS and the Console, with one credential and a token that may manage its secrets. */
export async function startConsole() {
  const clock = new Clock();
  const ims = new ImsEmulator({ now: clock.now });
  const consoleApi = new ConsoleApiEmulator(ims, { now: clock.now });
  const client = ims.registerClient({
    clientId,
    clientSecrets: [firstSecret],
    scopes: [...consoleScopes, 'profile'],
    credentialId,
    consoleOrgId: orgId,
  });
  await Promise.all([ims.start(), consoleApi.start()]);
  onTestFinished(async () => {
    await Promise.all([ims.stop(), consoleApi.stop()]);
  });
  const { url } = consoleApi;
  const mintWith = (secret: string, scope: string = consoleScopes.join()): Promise<string> =>
    mint(ims, { client_id: clientId, client_secret: secret, scope });
  const token = await mintWith(firstSecret);
  const secrets = `/console/organizations/${orgId}/credentials/${credentialId}/secrets`;
  const call = async (options: CallOptions = {}): Promise<Response> => {
    const { method = 'GET', uuid, signal = null } = options;
    const path = options.path ?? (uuid === undefined ? secrets : `${secrets}/${uuid}`);
    const headers = new Headers();
    const all = { authorization: `Bearer ${token}`, 'x-api-key': clientId, ...options.headers };
    for (const [name, value] of Object.entries(all)) {
      if (value !== undefined) headers.set(name, value);
    }
    return await fetch(`${url}${path}`, { method, headers, signal });
  };
  const list = async (): Promise<readonly ShownSecret[]> => {
    const body = (await (await call()).json()) as { client_secrets: ShownSecret[] };
    return body.client_secrets;
  };
  const add = async (): Promise<ShownSecret & { readonly client_secret: string }> => {
    const response = await call({ method: 'POST' });
    return (await response.json()) as ShownSecret & { client_secret: string };
  };
  return { clock, ims, consoleApi, client, token, secrets, mintWith, call, list, add };
}
