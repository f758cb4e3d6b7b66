import { ListSecretsCommand, paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { startEmulator } from './start-secrets-manager.ts';

it('lists two hundred thousand secrets, and finds one among them', {
  timeout: 600_000,
}, async () => {
  const { client, emulator } = await startEmulator();
  const count = 200_000;
  for (let number = 0; number < count; number += 1) emulator.seed({ name: `s${number}` });
  const Filters = [{ Key: 'name' as const, Values: ['s199999'] }];
  const { SecretList = [] } = await client.send(new ListSecretsCommand({ Filters }));
  expect(SecretList.map(({ Name }) => Name)).toEqual(['s199999']);
  const seen = new Set<string | undefined>();
  for await (const page of paginateListSecrets({ client, pageSize: 100 }, {})) {
    for (const { Name } of page.SecretList ?? []) seen.add(Name);
  }
  expect(seen.size).toBe(count);
});
