import { describe, expect, it } from 'vitest';
import { listedCredential } from '../../cli/rotator/credentials.ts';
import { newLeakVersion } from '../../cli/rotator/leak-version.ts';
import type { Rotator } from '../../cli/rotator/rotator.ts';
import type { Session } from '../../cli/session.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { digest, now } from '../support/builders.ts';
import type { Exit } from '../support/run-process.ts';
import {
  expectAnswered,
  goBack,
  interruptWait,
  type LeakWorld,
  refuseDeletion,
  setRotationTag,
  startLeak,
} from './leak-world.ts';

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

interface Seen {
  readonly check: string;
  readonly detail: string;
  readonly fix?: string;
}

async function checksOf({ cli }: LeakWorld, ...args: readonly string[]): Promise<readonly Seen[]> {
  return JSON.parse((await cli('doctor', 'fusion', '--json', ...args)).stdout).checks;
}

describe('an answer to a leak that was broken off', () => {
  it.each<[string, (leak: LeakWorld) => Promise<void>, RegExp]>([
    ['IMS rejects what is stored', goBack, /invalid_client/],
    ['what is stored is no credential', (leak) => leak.put('{}'), /ERR_CREDENTIAL_INVALID/],
  ])('comes first in status and doctor if %s', async (_, breakStored, failure) => {
    const leak = await startLeak();
    await interruptWait(leak);
    await breakStored(leak);
    await leak.invoke({ action: 'tick' });
    const { code, stdout } = await leak.cli('status', 'fusion', '--json');
    const [{ failure: shown, state } = { failure: {}, state: '' }] = JSON.parse(stdout).credentials;
    expect(code).toBe(1);
    expect(state).toBe('failing');
    expect(shown).toMatchObject({ code: 'ERR_LEAK_UNPROVEN' });
    const said = (await leak.cli('status', 'fusion')).stdout;
    expect(said).toMatch(/→ ims-token-rotator leaked fusion --version-id \S+$/m);
    expect(said).not.toContain('put-credential');
    const checks = await checksOf(leak, '--mint');
    const { detail, fix } = checks.find(({ check }) => check === 'token') ?? {};
    expect(detail).toMatch(failure);
    expect(fix).toMatch(/^ims-token-rotator leaked fusion/);
    expect(JSON.stringify(checks)).not.toContain('put-credential');
  });

  it('comes first for renew, too', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    await leak.put('{}');
    const { code, stdout } = await leak.cli('renew', 'fusion');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ fusion ERR_CREDENTIAL_INVALID$/m);
    expect(stdout).toMatch(/→ ims-token-rotator leaked fusion --version-id \S+$/m);
  });

  it('leaves the advice as it was once it is complete', async () => {
    const leak = await startLeak();
    await leak.put('{}');
    await leak.invoke({ action: 'tick' });
    const { fix } = (await checksOf(leak)).find(({ check }) => check === 'token') ?? {};
    expect(fix).toMatch(/^ims-token-rotator put-credential fusion FILE/);
    expect((await leak.cli('status', 'fusion')).stdout).toContain('put-credential fusion FILE');
  });
});

describe('an open answer to a leak in the state of a credential', () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:x/client-AbCdEf';
  const versionId = newLeakVersion(digest, 'replaced');
  const mark = fingerprint(digest, arn, versionId, {});
  const note = `retired uuid=1-2 at=${formatInstant(epochSeconds(now - 3_600))} version=${versionId}`;
  const client = { name: 'x/client', arn, currentVersionId: versionId, changedAt: now };

  function stateOf(code: string | undefined, left: number) {
    const lifetime = 86_400;
    const fields = { expiresAt: epochSeconds(now + left), lifetime, fingerprint: mark };
    const since = formatInstant(epochSeconds(now - 600));
    const status =
      code &&
      `failing code=${code} since=${since} retry-at=${formatInstant(now)} credential=${mark}`;
    const token = {
      name: 'x/token',
      arn: arn.replace('client', 'token'),
      tags: { [tagKeys.status]: status },
      currentVersionId: encodeVersionId(fields, digest('x')),
    };
    const session = { now: () => now, digest } as unknown as Session;
    const rotator = { clientSecrets: new Map(), declared: new Set(), tick: 900 };
    return listedCredential(session, rotator as unknown as Rotator, 'x', {
      client: { ...client, tags: { [tagKeys.rotation]: note } },
      token,
    });
  }

  it.each([
    [undefined, 'ERR_LEAK_UNPROVEN'],
    ['ERR_TOKEN_REJECTED/invalid_client', 'ERR_LEAK_UNPROVEN'],
    ['ERR_CREDENTIAL_INVALID', 'ERR_LEAK_UNPROVEN'],
    ['ERR_TOKEN_UNAVAILABLE', 'ERR_TOKEN_UNAVAILABLE'],
    ['ERR_SECRET_DECRYPTION', 'ERR_SECRET_DECRYPTION'],
  ])('with %s, is shown as %s', (code, shown) => {
    expect(stateOf(code, 43_000)).toMatchObject({ state: 'failing', failure: { code: shown } });
    expect(stateOf(code, -1)).toMatchObject({ state: 'expired', failure: { code: shown } });
  });
});

describe('leaked --token names what is left of the answer to the leak of the client secret', () => {
  const leftOf = ({ stdout }: Exit): string =>
    inOneLine(stdout.slice(stdout.indexOf('Left to people:')));

  it('that can go on', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leftOf(exit)).toMatch(
      /^Left to people: - The answer to the leak of the client secret is not complete: ims-token-rotator leaked fusion --version-id \S+ --now - /,
    );
    await expectAnswered(leak, await leak.answer());
  });

  it('that another credential has overtaken', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    const value = 'p8e-of-a-colleague-0123456789';
    leak.secrets.add(value);
    const client_secrets = [{ client_secret: value, uuid: leak.adobe.addSecret(value).uuid }];
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    const uuid = leak.adobe.secrets.find((one) => one.value === leak.leakedSecret)?.uuid;
    expect(leftOf(exit)).toMatch(
      new RegExp(
        `- An answer to the leak of an earlier client secret is not complete: delete the one in version \\S+ of \\S+/client \\(noted as ${uuid}: compare the values first\\) in the Adobe Developer Console, if it is still there, and no other; then: aws secretsmanager tag-resource --secret-id `,
      ),
    );
    expect(leftOf(exit)).toMatch(
      /=none; then, if the stored one has leaked, too: ims-token-rotator leaked fusion --version-id \S+ --now - IMS still accepts an earlier client secret\. /,
    );
    expect((await leak.cli('status', 'fusion')).code).toBe(1);
    await setRotationTag(leak, 'none');
    expect((await leak.cli('status', 'fusion')).code).toBe(0);
  });

  it('that goes on although what has leaked is stored again', async () => {
    const leak = await startLeak();
    expect((await refuseDeletion(leak)).code).toBe(1);
    const client_secrets = [{ client_secret: leak.leakedSecret }];
    await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
    const exit = await leak.answer({ token: true });
    expect(exit, exit.stderr).toMatchObject({ code: 0 });
    expect(leftOf(exit)).toMatch(/is not complete: \S+ leaked fusion --version-id \S+ --now - /);
    expect(leftOf(exit)).not.toContain('delete');
  });

  it('that goes on once AWSCURRENT is moved, where IMS rejects what is stored', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    await goBack(leak);
    const exit = await leak.answer({ token: true });
    expect(exit).toMatchObject({ code: 1 });
    expect(inOneLine(exit.stderr)).toMatch(
      / → complete the answer to the leak of the client secret: ims-token-rotator leaked fusion (?:--version-id \S+ )?--now; then go on: ims-token-rotator leaked fusion --token --now$/,
    );
  });

  it('that goes on once AWSCURRENT is moved, where what is stored is no credential', async () => {
    const leak = await startLeak();
    await interruptWait(leak);
    await leak.put('{}');
    expect(inOneLine((await leak.answer({ token: true })).stderr)).toContain(
      ' → complete the answer to the leak of the client secret: ims-token-rotator leaked fusion --version-id ',
    );
  });

  it('and nothing where none was begun, or it is complete', async () => {
    const leak = await startLeak();
    expect((await leak.answer({ token: true })).stdout).not.toContain('not complete');
    await interruptWait(leak);
    await setRotationTag(leak, 'none');
    const exit = await leak.answer({ token: true });
    expect(exit).toMatchObject({ code: 0 });
    expect(exit.stdout).not.toContain('not complete');
  });
});
