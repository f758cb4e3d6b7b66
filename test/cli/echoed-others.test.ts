// IMS is asked about a token, and repeats a client secret of the same client.

import { expect, it } from 'vitest';
import { storedDocument } from '../../local/sample-credential.ts';
import { type LeakWorld, startLeak } from './leak-world.ts';
import { checksOf, type Found, putClient, startHealthy } from './patient.ts';
import { startFilter } from './start-filter.ts';

// Of Adobe's older form, which no pattern tells from an id, and in pieces, none of which is long.
const older = '3b1f0c9d-77aa-4e21-9f6c-0d5b2a8e4c17';
const pieces = ['3b1f0c9d-77aa-4', 'e21-9f6c-0d5b2', 'a8e4c17'];

/** The credential with an older client secret, of which IMS repeats the pieces where it is asked this. */
async function start(asked: 'validate' | 'invalidate') {
  const leak = await startLeak();
  leak.adobe.addSecret(older);
  const { client_secrets, ...others } = JSON.parse(storedDocument(leak.adobe));
  // Of several that IMS rejects, the error of the last one is shown.
  await leak.put(JSON.stringify({ ...others, client_secrets: client_secrets.toReversed() }));
  await leak.invoke({ action: 'tick' });
  await leak.remember();
  leak.world.ims.faults.inject(
    { kind: 'echo', place: 'error_description', as: () => pieces.join(' ') },
    { when: ({ path }) => path.startsWith(`/ims/${asked}_token/`) },
  );
  return leak;
}

it('doctor shows no piece of it', async () => {
  const { cli } = await start('validate');
  const { stdout } = await cli('doctor', 'fusion', '--json');
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Found[] };
  expect(checks.find(({ check }) => check === 'token at IMS')).toMatchObject({
    verdict: 'unknown',
    detail: 'IMS answered 400 invalid_client ([redacted]) when asked about the token',
  });
});

it('doctor asks about the token also where the client secret cannot be read', async () => {
  const operator = await startHealthy();
  await putClient(operator, '{}');
  const { find } = await checksOf(operator, 'fusion');
  expect(find('token at IMS').detail).toBe('IMS accepts the stored token');
});

it.each([
  ['validate', 'about the token'],
  ['invalidate', 'to invalidate a token'],
] as const)('leaked shows no piece of it: %s', async (asked, words) => {
  const { answer } = await start(asked);
  const { code, stderr } = await answer({ token: true });
  expect(code).toBe(1);
  const said = stderr.replaceAll(/\s+/g, ' ');
  expect(said).toContain(`IMS answered 400 invalid_client ([redacted]) when asked ${words}`);
});

/** The client secret is in an earlier version alone, and still works at Adobe. */
async function startReplaced() {
  const leak = await startLeak();
  leak.adobe.addSecret(older);
  const document = await leak.clientDocument();
  await leak.put(JSON.stringify({ ...document, client_secrets: [{ client_secret: older }] }));
  await leak.put(JSON.stringify(document));
  return leak;
}

it('leaked shows no piece of an earlier one that IMS repeats when it is asked for a token', async () => {
  const leak = await startReplaced();
  const when = ({ path }: { readonly path: string }): boolean => path.startsWith('/ims/token/');
  leak.world.ims.faults.inject(
    { kind: 'echo', place: 'error_description', as: () => pieces.join(' ') },
    { when },
  );
  const { stderr } = await leak.answer();
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain('IMS answered 400 invalid_client ([redacted])');
});

/** The Developer Console's API, which repeats the pieces in each error. */
async function repeating({ world }: LeakWorld): Promise<string> {
  const { url, rules } = await startFilter(world.consoleApi.url);
  const body = JSON.stringify({ error_code: '500000', message: pieces.join(' ') });
  rules.push({ when: () => true, status: 500, body });
  return url;
}

it('leaked shows no piece of an earlier one that the Developer Console repeats', async () => {
  const leak = await startReplaced();
  const { stderr } = await leak.answer({ consoleEndpointUrl: await repeating(leak) });
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    'the Console API answered 500 500000 ([redacted])',
  );
});

it('doctor shows no piece of an earlier one that the Developer Console repeats', async () => {
  const leak = await startReplaced();
  leak.environment['ADOBE_CONSOLE_ENDPOINT_URL'] = await repeating(leak);
  const { stdout } = await leak.cli('doctor', 'fusion', '--mint');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'the Console API answered 500 500000 ([redacted])',
  );
});
