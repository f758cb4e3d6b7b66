import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { ImsEmulator } from '../../emulators/ims/emulator.ts';
import { type Exit, RunningProcess } from './run-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const start = (args: readonly string[] = [], environment: Record<string, string> = {}) =>
  new RunningProcess('local/start.ts', args, environment).exit();

export async function startIms(): Promise<ImsEmulator> {
  const ims = new ImsEmulator();
  await ims.start();
  onTestFinished(() => ims.stop());
  ims.registerClient({
    clientId: 'a-real-client',
    clientSecrets: ['p8e-a-real-secret-0123456789'],
    scopes: ['openid'],
  });
  return ims;
}

/** `npm start -- --credentials FILE` with an emulator in place of the real IMS. */
export async function startWithCredential(
  document: object | Buffer,
  more: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<Exit & { readonly ims: ImsEmulator }> {
  const ims = await startIms();
  const file = join(await temporaryDirectory(), 'credential.json');
  const content = Buffer.isBuffer(document) ? document : JSON.stringify(document);
  await writeFile(file, content, { mode: 0o600 });
  const exit = await start(['--credentials', file, ...more], {
    [environmentVariables.imsEndpointUrl]: ims.url,
    ...environment,
  });
  return { ...exit, ims };
}

export const realCredential = {
  client_id: 'a-real-client',
  client_secret: 'p8e-a-real-secret-0123456789',
  scope: 'openid',
};
