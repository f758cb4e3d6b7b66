import { DescribeSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Action, ActionResult, FleetEvent } from '../../../console/messages.ts';
import { tagKeys } from '../../../core/contract.ts';
import { epochSeconds } from '../../../core/instant.ts';
import { hour } from '../../support/builders.ts';
import { seedCredential } from '../operator.ts';
import { type Looker, nextOf, openConsole } from './looker.ts';

const headers = { 'content-type': 'application/json', 'ims-token-rotator-console': '1' };

async function act({ ask, origin }: Looker, action: Action): Promise<ActionResult> {
  const sent = { ...headers, origin, 'sec-fetch-site': 'same-origin' };
  const options = { method: 'POST', headers: sent };
  const { status, text } = await ask('/api/actions', options, JSON.stringify(action));
  expect(status).toBe(200);
  return JSON.parse(text);
}

describe('an action', () => {
  it('renews a token through the function, once unless it is forced', async () => {
    const looker = await openConsole({ allowsActions: true });
    await looker.onboard('fusion');
    const renewed = await act(looker, { action: 'renew', name: 'fusion' });
    expect(renewed).toMatchObject({ ok: true, words: expect.stringMatching(/^fusion renewed \(/) });
    const first = (await looker.read('fusion'))?.versionId;
    const kept = await act(looker, { action: 'renew', name: 'fusion' });
    expect(kept).toMatchObject({ ok: true, words: expect.stringMatching(/^fusion kept \(/) });
    expect((await looker.read('fusion'))?.versionId).toBe(first);
  });

  it('pauses and resumes a credential, and says what that means', async () => {
    const options = { region: 'us-east-1' };
    const looker = await openConsole({ allowsActions: true, options });
    await looker.onboard('fusion');
    const SecretId = looker.world.secretId('fusion', 'token');
    const paused = async (): Promise<string | undefined> => {
      const { Tags = [] } = await looker.client.send(new DescribeSecretCommand({ SecretId }));
      return Tags.find(({ Key }) => Key === tagKeys.paused)?.Value;
    };
    expect(await act(looker, { action: 'pause', name: 'fusion' })).toEqual({
      ok: true,
      words: expect.stringContaining('fusion is paused: its token stays until it expires'),
    });
    expect(await paused()).toBe('true');
    expect(await act(looker, { action: 'pause', name: 'fusion' })).toEqual({
      ok: true,
      words: 'fusion is paused already',
    });
    expect(await act(looker, { action: 'renew', name: 'fusion' })).toMatchObject({
      ok: false,
      why: {
        code: 'ERR_PAUSED',
        fix: 'find out first who paused it, and why; then: ims-token-rotator resume fusion --region us-east-1',
      },
    });
    await act(looker, { action: 'resume', name: 'fusion' });
    expect(await paused()).toBe('false');
  });

  it('shows at once, and stays while the list lags, until that has caught up', async () => {
    let time = Date.now() - hour * 1000;
    const looker = await openConsole({
      allowsActions: true,
      every: 0.05,
      now: () => epochSeconds(time / 1000),
      world: { now: () => time },
      prepare: ({ world }) => seedCredential(world, 'fusion', { expiresIn: 20 * hour }),
    });
    const { secretsManager } = looker.world;
    const secretId = looker.world.secretId('fusion', 'token');
    time = Date.now();
    secretsManager.listLagMs = 200_000;
    const stream = looker.events<FleetEvent>('/api/fleet/events');
    const { rows } = await nextOf(stream, 'fleet');
    expect(rows).toMatchObject([{ name: 'fusion', paused: false }]);
    await act(looker, { action: 'pause', name: 'fusion' });
    expect((await nextOf(stream, 'row')).row).toMatchObject({ name: 'fusion', state: 'paused' });
    // The list still shows it as it was.
    for (let list = 0; list < 3; list += 1) {
      expect((await nextOf(stream, 'change')).rows).toEqual([]);
    }
    const late = looker.events<FleetEvent>('/api/fleet/events');
    expect((await nextOf(late, 'fleet')).rows).toMatchObject([{ paused: true }]);
    secretsManager.listLagMs = 0;
    for (let list = 0; list < 2; list += 1) await nextOf(stream, 'change');
    // Somebody else resumes it.
    const Tags = [{ Key: tagKeys.paused, Value: 'false' }];
    await looker.client.send(new TagResourceCommand({ SecretId: secretId, Tags }));
    for (;;) {
      const [row] = (await nextOf(stream, 'change')).rows;
      if (row === undefined) continue;
      expect(row.paused).toBe(false);
      break;
    }
  });

  it('that fails says why and what to do', async () => {
    const looker = await openConsole({
      allowsActions: true,
      world: { authorize: (action) => action !== 'lambda:InvokeFunction' },
    });
    expect(await act(looker, { action: 'renew', name: 'fusion' })).toMatchObject({
      ok: false,
      why: { code: 'ERR_AWS_DENIED', right: 'lambda:InvokeFunction' },
    });
    expect(await act(looker, { action: 'pause', name: 'nobody' })).toMatchObject({
      ok: false,
      why: { code: 'ERR_CREDENTIAL_NOT_FOUND' },
    });
  });
});
