import { onTestFinished } from 'vitest';
import type { ClientRegistration, ImsClient } from '../../../emulators/ims/client.ts';
import { ImsEmulator, type ImsEmulatorOptions } from '../../../emulators/ims/emulator.ts';

export const clientId = 'acme-client';
export const clientSecret = 'p8e-acme-one+&=%';
export const orgId = '1234567890ABCDEF12345678@AdobeOrg';

/** The body of a successful token response. */
export interface TokenBody {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: unknown;
}

/** A clock that only the test moves. */
export class Clock {
  milliseconds = Date.parse('2026-03-01T08:00:00Z');
  readonly now = (): number => this.milliseconds;
  advance(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}

/** IMS with one client, until the end of the test. */
export async function startIms(options: ImsEmulatorOptions = {}): Promise<ImsEmulator> {
  const ims = new ImsEmulator(options);
  ims.registerClient({
    clientId,
    clientSecrets: [clientSecret, 'p8e-acme-two'],
    scopes: ['openid', 'AdobeID', 'profile', 'additional_info.projectedProductContext'],
    orgId,
  });
  await ims.start();
  onTestFinished(() => ims.stop());
  return ims;
}

/** The parameters of a token request by the second client. */
export const otherCredentials = {
  client_id: 'other',
  client_secret: 'p8e-other',
  scope: 'openid',
};

/** Registers a second client. */
export function registerOther(
  ims: ImsEmulator,
  changes: Partial<ClientRegistration> = {},
): ImsClient {
  return ims.registerClient({
    clientId: otherCredentials.client_id,
    clientSecrets: [otherCredentials.client_secret],
    scopes: [otherCredentials.scope],
    ...changes,
  });
}

/** The parameters of a valid token request with changes; undefined removes a parameter. */
export function tokenParameters(
  changes: Readonly<Record<string, string | undefined>> = {},
): URLSearchParams {
  const all = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'openid,AdobeID',
    ...changes,
  };
  return new URLSearchParams(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

export async function requestToken(
  ims: ImsEmulator,
  changes: Readonly<Record<string, string | undefined>> = {},
  init: RequestInit = {},
): Promise<Response> {
  return await fetch(`${ims.url}/ims/token/v3`, {
    method: 'POST',
    body: tokenParameters(changes),
    ...init,
  });
}

/** Mints a token for the client. */
export async function mint(
  ims: ImsEmulator,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const response = await requestToken(ims, changes);
  const { access_token } = (await response.json()) as TokenBody;
  return access_token;
}

export function decodeSegment(token: string, index: 0 | 1): unknown {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
}
