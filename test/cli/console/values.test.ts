import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { UnreadSecrets } from '../../../cli/console/unread-secrets.ts';
import { root } from '../../support/document.ts';

it('the code of the server has one place that can read a value, which is switched off', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'cli/console/server.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    packages: 'external',
    format: 'esm',
  });
  const code = outputFiles.map(({ text }) => text).join('');
  expect(code.match(/new \w*GetSecretValueCommand/g)).toHaveLength(1);
  const secrets = new UnreadSecrets(AbortSignal.timeout(60_000));
  await expect(secrets.read('fusion')).rejects.toThrow('the console reads no value');
});
