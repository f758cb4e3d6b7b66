import { expect, it } from 'vitest';
import type { FleetEvent, FleetRow } from '../../console/messages.ts';
import { sampleName } from '../../local/sample-credential.ts';
import { RunningProcess } from '../support/run-process.ts';

/** The rows of the console, as they change. */
async function* rowsOf(address: string, cookie: string): AsyncGenerator<FleetRow> {
  const { body } = await fetch(new URL('/api/fleet/events', address), { headers: { cookie } });
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const [, data = ''] of events.flatMap((event) => [...event.matchAll(/^data: (.*)$/gm)])) {
      const event: FleetEvent = JSON.parse(data);
      if ('rows' in event) yield* event.rows;
    }
  }
}

/** Asks IMS for a token now, as the console's page does. */
async function renewNow(address: string, cookie: string): Promise<unknown> {
  const response = await fetch(new URL('/api/actions', address), {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'ims-token-rotator-console': '1' },
    body: JSON.stringify({ action: 'force-renew', name: sampleName }),
  });
  return await response.json();
}

/** The first row in this state. */
async function inState(rows: AsyncGenerator<FleetRow>, state: FleetRow['state']) {
  for (;;) {
    const { value: row } = await rows.next();
    if (row === undefined) throw new Error('the console has ended');
    if (row.state === state) return row;
  }
}

it('shows an outage of IMS on its console, and the recovery', async () => {
  const local = new RunningProcess('cli/main.ts', ['local']);
  await local.printed(/"message":"run".*"action":"tick"/);
  const [address = ''] = local.stdout.split('\n');
  // As printed.
  const [, url = ''] = await local.printed(/^ {2}curl --noproxy '\*' -X PUT (.*)$/m);
  const [, same = ''] = await local.printed(/^ {2}curl --noproxy '\*' -X DELETE (.*)$/m);
  expect(same).toBe(url);
  const { headers } = await fetch(address, { redirect: 'manual' });
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  const rows = rowsOf(address, cookie);
  const versionId = (await inState(rows, 'fresh')).token?.versionId;
  const begun = Math.floor(Date.now() / 1000);
  expect((await fetch(url, { method: 'PUT' })).status).toBe(200);
  const failing = await inState(rows, 'failing');
  expect(failing).toMatchObject({
    name: sampleName,
    token: { versionId },
    failure: { code: 'ERR_TOKEN_UNAVAILABLE', words: 'IMS is unreachable or overloaded' },
  });
  expect(failing.failure?.since).toBeGreaterThanOrEqual(begun);
  // A request more: with the first token's, all three that IMS may be sent in quick succession.
  expect(await renewNow(address, cookie)).toMatchObject({
    ok: false,
    why: { code: 'ERR_TOKEN_UNAVAILABLE' },
  });
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(200);
  const fresh = await inState(rows, 'fresh');
  expect(fresh.token?.versionId).not.toBe(versionId);
  await rows.return(undefined);
  local.signal('SIGINT');
  expect(await local.exit()).toMatchObject({ code: 0, stderr: '' });
  // The secrets are listed every ten seconds at most.
}, 300_000);
