import { ofClient } from './listed/client.ts';
import { ofClientSecrets } from './listed/client-secrets.ts';
import { ofCommands } from './listed/commands.ts';
import { ofConsole } from './listed/console.ts';
import { ofCore } from './listed/core.ts';
import { ofDeployment } from './listed/deployment.ts';
import { ofDocuments } from './listed/documents.ts';
import { ofEmulators } from './listed/emulators.ts';
import { ofFunction } from './listed/function.ts';
import type { Mutation } from './mutation.ts';

/** Every way in which `npm run mutations` breaks the project. */
export const mutations: readonly Mutation[] = [
  ...ofCore,
  ...ofFunction,
  ...ofDeployment,
  ...ofCommands,
  ...ofConsole,
  ...ofClientSecrets,
  ...ofClient,
  ...ofEmulators,
  ...ofDocuments,
];
