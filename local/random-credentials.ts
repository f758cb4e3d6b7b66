import { randomBytes } from 'node:crypto';
import type { RoleCredentials } from '../emulators/lambda/environment.ts';

/** Credentials of AWS for the embedded world. */
export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Credentials that no other program on this machine knows. */
export function randomCredentials(): LocalCredentials {
  return {
    accessKeyId: `ASIA${randomBytes(20).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}

/** Credentials of a function's role that no other program on this machine knows. */
export function randomRoleCredentials(): RoleCredentials {
  return { ...randomCredentials(), sessionToken: randomBytes(30).toString('base64') };
}
