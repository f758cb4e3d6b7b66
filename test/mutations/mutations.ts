import { readFileSync } from 'node:fs';
import { ofClient } from './listed/client.ts';
import { ofClientSecrets } from './listed/client-secrets.ts';
import { ofCommands } from './listed/commands.ts';
import { ofConsole } from './listed/console.ts';
import { ofCore } from './listed/core.ts';
import { ofDeployment } from './listed/deployment.ts';
import { ofDocuments } from './listed/documents.ts';
import { ofEmulators } from './listed/emulators.ts';
import { ofFunction } from './listed/function.ts';
import { ofLeaks } from './listed/leaks.ts';
import { broken, type Mutation } from './mutation.ts';

/** The ways in which `npm run mutations` breaks the project, by the file that lists them. */
export const lists: Readonly<Record<string, readonly Mutation[]>> = {
  'test/mutations/listed/core.ts': ofCore,
  'test/mutations/listed/function.ts': ofFunction,
  'test/mutations/listed/deployment.ts': ofDeployment,
  'test/mutations/listed/commands.ts': ofCommands,
  'test/mutations/listed/client-secrets.ts': ofClientSecrets,
  'test/mutations/listed/leaks.ts': ofLeaks,
  'test/mutations/listed/console.ts': ofConsole,
  'test/mutations/listed/client.ts': ofClient,
  'test/mutations/listed/emulators.ts': ofEmulators,
  'test/mutations/listed/documents.ts': ofDocuments,
};

export const mutations: readonly Mutation[] = Object.values(lists).flat();

/** The entries that no longer apply, each with its list and the reason. */
export function outdated(
  wanted: readonly Mutation[],
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): readonly string[] {
  return wanted.flatMap((mutation) => {
    try {
      broken(read(mutation.file), mutation);
      return [];
    } catch (error) {
      const [list] = Object.entries(lists).find(([, entries]) => entries.includes(mutation)) ?? [];
      return `${mutation.fault} (${list}): ${(error as Error).message}`;
    }
  });
}
