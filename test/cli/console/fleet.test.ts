import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { EventStream } from '../../../cli/console/event-stream.ts';
import { untilNext } from '../../../cli/console/fleet-feed.ts';
import type { FleetEvent } from '../../../console/messages.ts';
import { epochSeconds } from '../../../core/instant.ts';
import { hour } from '../../support/builders.ts';
import { inSeconds, seedCredential } from '../operator.ts';
import { next, nextOf, openConsole } from './looker.ts';

const path = '/api/fleet/events';

type Stream = AsyncGenerator<FleetEvent, void>;

/** The next change of a row, or of one that is gone. */
async function nextChange(stream: Stream) {
  for (;;) {
    const change = await nextOf(stream, 'change');
    if (change.rows.length + change.removed.length > 0) return change;
  }
}

describe('the fleet', () => {
  it('is there whole at first, then as it changes', async () => {
    const { world, events } = await openConsole({ every: 0.05 });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    seedCredential(world, 'late', { expiresIn: 11 * hour });
    const stream = events<FleetEvent>(path);
    const { fleet, rows, at } = await nextOf(stream, 'fleet');
    expect(fleet).toMatchObject({
      rotator: 'local',
      functionName: 'rotator-local',
      region: 'us-east-1',
      tick: 900,
      allowsActions: false,
      options: '',
      abandoned: { known: [] },
    });
    expect(fleet.now).toBeGreaterThanOrEqual(at);
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ['late', 'overdue'],
      ['fusion', 'fresh'],
    ]);
    seedCredential(world, 'firefly', { expiresIn: -hour });
    // What is to be renewed with the next tick still is, and has not changed.
    const { rows: changed } = await nextChange(stream);
    expect(changed.map(({ name, state }) => [name, state])).toEqual([['firefly', 'expired']]);
  });

  it('explains a failure, and says since when', async () => {
    const options = { rotator: 'local', region: 'us-east-1' };
    const { world, events } = await openConsole({ options });
    const failing = `code=ERR_TOKEN_REJECTED/invalid_client since=${inSeconds(-hour)}`;
    seedCredential(world, 'fusion', { expiresIn: 5 * hour, failing });
    const { rows, at, fleet } = await nextOf(events<FleetEvent>(path), 'fleet');
    expect(fleet.options).toBe('--rotator local --region us-east-1');
    expect(rows[0]).toMatchObject({
      name: 'fusion',
      state: 'failing',
      failure: {
        code: 'ERR_TOKEN_REJECTED/invalid_client',
        words: expect.stringContaining('IMS rejects the client id or secret'),
        fix: expect.stringMatching(
          /put-credential fusion FILE --rotator local --region us-east-1$/,
        ),
      },
    });
    expect(Math.abs((rows[0]?.failure?.since ?? 0) - (at - hour))).toBeLessThan(60);
    const { issuedAt = 0, expiresAt = 0 } = rows[0]?.token ?? {};
    expect(expiresAt - issuedAt).toBe(24 * hour);
  });

  it('is listed once for all that look, and by nobody when nobody looks', async () => {
    const { world, events } = await openConsole();
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    world.secretsManager.clearCalls();
    const streams = Array.from({ length: 20 }, () => events<FleetEvent>(path));
    const all = await Promise.all(streams.map((stream) => nextOf(stream, 'fleet')));
    expect(all.map(({ rows }) => rows.length)).toEqual(all.map(() => 1));
    // Who comes later sees the same list.
    await nextOf(events<FleetEvent>(path), 'fleet');
    expect(world.secretsManager.calls.map(({ action }) => action)).toEqual(['ListSecrets']);
  });

  it('is listed less often while a list takes long', async () => {
    const begun: number[] = [];
    const took = 200;
    const { world, events } = await openConsole({
      every: 0.05,
      world: {
        authorize: async (action) => {
          if (action !== 'secretsmanager:ListSecrets') return true;
          const at = performance.now();
          begun.push(at);
          while (performance.now() < at + took) await new Promise((done) => setImmediate(done));
          return true;
        },
      },
    });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    begun.length = 0;
    const stream = events<FleetEvent>(path);
    // As the page is told, in whole seconds.
    expect((await nextOf(stream, 'fleet')).fleet.every).toBeGreaterThanOrEqual(2);
    expect((await nextOf(stream, 'change')).every).toBeGreaterThanOrEqual(2);
    const [first = 0, second = 0] = begun;
    expect(second - first).toBeGreaterThanOrEqual(10 * took);
  });

  it('shows 3,000 credentials', async () => {
    const { world, events } = await openConsole({ every: 0.05 });
    for (let index = 0; index < 3_000; index += 1) {
      seedCredential(world, `tenant-${index}`, { expiresIn: 20 * hour });
    }
    world.secretsManager.clearCalls();
    const { rows } = await nextOf(events<FleetEvent>(path), 'fleet');
    expect(rows).toHaveLength(3_000);
    // A hundred secrets a page.
    expect(world.secretsManager.calls).toHaveLength(60);
  });

  it('says when AWS cannot be asked and since when, and goes on when it can', async () => {
    const { world, events } = await openConsole({ every: 0.05 });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const stream = events<FleetEvent>(path);
    await nextOf(stream, 'fleet');
    world.secretsManager.faults.inject({ kind: 'internal-error' });
    const first = await nextOf(stream, 'trouble');
    const second = await nextOf(stream, 'trouble');
    expect(second.since).toBe(first.since);
    expect(second.why).toMatchObject({
      code: 'ERR_AWS_UNAVAILABLE',
      message: expect.stringContaining('secretsmanager:ListSecrets'),
    });
    // Whoever comes now sees what was known, and that it is old.
    const late = events<FleetEvent>(path);
    expect((await nextOf(late, 'fleet')).rows).toHaveLength(1);
    expect((await nextOf(late, 'trouble')).since).toBe(first.since);
    seedCredential(world, 'firefly', { expiresIn: 20 * hour });
    world.secretsManager.faults.clear();
    expect((await nextChange(stream)).rows.map(({ name }) => name)).toEqual(['firefly']);
    // It is over for those who come later, too.
    const later = events<FleetEvent>(path);
    expect([(await next(later)).type, (await next(later)).type]).toEqual(['fleet', 'change']);
  });

  it('has no credential any more whose secrets are gone', async () => {
    const { world, client, events } = await openConsole({ every: 0.05 });
    for (const name of ['fusion', 'firefly']) seedCredential(world, name, { expiresIn: hour });
    const stream = events<FleetEvent>(path);
    expect((await nextOf(stream, 'fleet')).rows).toHaveLength(2);
    for (const kind of ['client', 'token'] as const) {
      const SecretId = world.secretId('fusion', kind);
      await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    }
    const removed: string[] = [];
    while (removed.length === 0) removed.push(...(await nextOf(stream, 'change')).removed);
    expect(removed).toEqual(['fusion']);
    expect((await nextOf(events<FleetEvent>(path), 'fleet')).rows).toMatchObject([
      { name: 'firefly' },
    ]);
  });

  it('has the time of its clock beside that of a list that is old by now', async () => {
    let time = epochSeconds(Date.now() / 1000);
    const { world, events } = await openConsole({ every: 0.05, now: () => time });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const { at } = await nextOf(events<FleetEvent>(path), 'fleet');
    world.secretsManager.faults.inject({ kind: 'denied' });
    const stream = events<FleetEvent>(path);
    expect((await nextOf(stream, 'trouble')).since).toBe(at);
    await stream.return();
    // Nobody looks for an hour.
    time = epochSeconds(at + hour);
    const late = events<FleetEvent>(path);
    expect(await nextOf(late, 'fleet')).toMatchObject({ at, fleet: { now: at + hour } });
    expect(await nextOf(late, 'trouble')).toMatchObject({ at: at + hour, since: at });
  });

  it('says that its function is no longer known, also if no list could be read then', async () => {
    let time = epochSeconds(Date.now() / 1000);
    let mayFind = true;
    const { world, events } = await openConsole({
      every: 0.05,
      now: () => time,
      world: { authorize: (action) => mayFind || action !== 'lambda:ListFunctions' },
    });
    seedCredential(world, 'fusion', { expiresIn: 20 * hour });
    const stream = events<FleetEvent>(path);
    expect((await nextOf(stream, 'fleet')).fleet.abandoned).toEqual({ known: [] });
    mayFind = false;
    world.secretsManager.faults.inject({ kind: 'internal-error' });
    time = epochSeconds(time + 301);
    await nextOf(stream, 'trouble');
    world.secretsManager.faults.clear();
    const { fleet } = await nextOf(stream, 'fleet');
    expect(fleet).toMatchObject({
      functionUnknown: { code: 'ERR_AWS_UNAVAILABLE' },
      abandoned: { unknown: { code: 'ERR_AWS_UNAVAILABLE' } },
    });
  });

  it('names the current version of a token whose expiry is not known', async () => {
    const { world, events } = await openConsole();
    const { prefix, secretsManager } = world;
    secretsManager.seed({ name: `${prefix}/by-hand/client`, secretString: '{}' });
    secretsManager.seed({ name: `${prefix}/by-hand/token`, secretString: '{}', versionId: 'hand' });
    const { rows } = await nextOf(events<FleetEvent>(path), 'fleet');
    expect(rows).toMatchObject([{ state: 'foreign', foreignVersionId: 'hand' }]);
    expect(rows[0]?.token).toBeUndefined();
  });

  it('is listed for a tenth of the time, but after a list that took very long soon again', () => {
    expect(untilNext(0.5, 10)).toBe(10);
    expect(untilNext(9, 10)).toBe(90);
    // A laptop slept meanwhile.
    expect(untilNext(8 * hour, 10)).toBe(900);
  });

  it('says what is wrong when nothing can be listed at the first look', async () => {
    const { world, events } = await openConsole({ every: 0.05 });
    world.secretsManager.faults.inject({ kind: 'denied' });
    const stream = events<FleetEvent>(path);
    const { why } = await nextOf(stream, 'trouble');
    expect(why).toMatchObject({ code: 'ERR_AWS_DENIED', right: 'secretsmanager:ListSecrets' });
    world.secretsManager.faults.clear();
    expect((await nextOf(stream, 'fleet')).rows).toEqual([]);
  });

  it('ends with the server', async () => {
    const { events, stop, server } = await openConsole();
    const stream = events<FleetEvent>(path);
    await nextOf(stream, 'fleet');
    stop();
    await server.ended;
    await expect(stream.next()).rejects.toThrow('aborted');
  });
});

describe('an event stream', () => {
  it('has no timer if its reader is gone before it begins', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const gone = Promise.withResolvers<ServerResponse>();
    const server = createServer((request, response) => {
      response.once('close', () => gone.resolve(response));
      request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    const response = await gone.promise;
    const before = vi.getTimerCount();
    expect(new EventStream(response).isClosed).toBe(true);
    expect(vi.getTimerCount()).toBe(before);
  });

  it('shows a reader to whom nothing is told that it is alive', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const server = createServer((_, response) => new EventStream(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    const { body } = await fetch(`http://127.0.0.1:${port}/`);
    vi.advanceTimersByTime(15_000);
    const { value } = (await body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe(':\n\n');
  });

  it('drops a reader that does not read, after a bounded number of bytes', async () => {
    const opened = Promise.withResolvers<EventStream>();
    const server = createServer((_, response) => opened.resolve(new EventStream(response)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const stream = await opened.promise;
    const closed = new Promise<void>((resolve) => stream.onClosed(resolve));
    const event = { type: 'change', text: 'x'.repeat(1_048_576) };
    let sent = 0;
    // The kernel and the client take some, too.
    while (!stream.isClosed && sent < 100) {
      stream.send(event);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(40);
    await closed;
    await expect(response.text()).rejects.toThrow('terminated');
  });
});
