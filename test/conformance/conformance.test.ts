import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bounds } from '../../conformance/cost.ts';
import { runSuite } from '../../conformance/suite.ts';
import { clientFor, startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { read, root } from '../support/document.ts';

it('the embedded Secrets Manager passes every case and is as empty as before, within the estimate', async () => {
  const { emulator } = await startEmulator();
  const client = clientFor(emulator);
  const { cases, left, secrets, requests } = await runSuite(client, { prefix: 'c', listLag: 0 });
  client.destroy();
  expect(cases.filter(({ passed }) => !passed)).toEqual([]);
  expect(left).toEqual([]);
  expect(secrets).toBeLessThanOrEqual(bounds.secrets);
  expect(requests).toBeLessThanOrEqual(bounds.requests);
});

it('every call of Secrets Manager that the project makes is in a case', () => {
  const callsIn = (folder: string): Set<string> => {
    const files = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts'));
    const imports = sources.flatMap((file) => {
      const text = read(`${folder}/${file}`);
      return text.match(/import \{[^}]*\} from '@aws-sdk\/client-secrets-manager'/g) ?? [];
    });
    return new Set(imports.join().match(/\w+Command\b/g));
  };
  const made = ['lambda', 'cli', 'client', 'local'].flatMap((folder) => [...callsIn(folder)]);
  expect(made.length).toBeGreaterThan(15);
  const inCases = callsIn('conformance');
  expect(made.filter((call) => !inCases.has(call))).toEqual([]);
});
