import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConsoleEndpoint } from '../../../core/ports.ts';
import { DeveloperConsole } from '../../../lambda/adapters/console-endpoint.ts';
import { timeouts } from '../../../lambda/steps/budget.ts';
import type { Run } from '../../../lambda/steps/run.ts';
import { day } from '../../support/builders.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';
import { type RotatingClient, startRotated } from '../../support/start-rotating-client.ts';

describe('requests that delete a retired client secret, and fail', () => {
  const host = 'ims-na1.adobelogin.com';

  it.each([
    ['for a token of the Console', 1],
    ['about the retired one', 2],
  ])('do not keep IMS from being asked for other tokens in this run: %s', async (_, answered) => {
    const { parts } = await startRotated();
    parts.clock.advance(day);
    let requests = 0;
    parts.ims.faults.inject(
      { kind: 'server-error', status: 503 },
      {
        when: () => {
          requests += 1;
          return requests > answered;
        },
      },
    );
    const run = parts.run();
    expect(await tick(run)).toMatchObject([{ outcome: 'renewed' }]);
    expect(requests).toBe(answered + 4);
    // It would be the fifth in a row.
    expect(run.hosts.failed(host, 'ERR_TOKEN_UNAVAILABLE', false)).toBe(false);
  });

  it('end for this run once the Console has failed five times in a row', async () => {
    const { parts } = await startRotated();
    parts.clock.advance(day);
    parts.consoleApi.faults.inject({ kind: 'server-error', status: 503 });
    const run = parts.run();
    for (let failures = 0; failures < 3; failures += 1) {
      run.managing.hosts.failed('the Console API', 'ERR_CONSOLE_UNAVAILABLE', false);
    }
    expect(await tick(run)).toMatchObject([{ outcome: 'renewed' }]);
    expect(parts.consoleApi.requests).toHaveLength(2);
    expect(run.hosts.failureOf(host)).toBeUndefined();
  });

  it.each([
    ['an answer', 200],
    ['a refusal', 403],
  ])('are counted anew after %s of the Console', async (_, status) => {
    const { parts } = await startRotated();
    parts.clock.advance(day);
    if (status !== 200) parts.consoleApi.faults.inject({ kind: 'server-error', status });
    const run = parts.run();
    const fail = (): boolean =>
      run.managing.hosts.failed('the Console API', 'ERR_CONSOLE_UNAVAILABLE', false);
    expect([fail(), fail(), fail(), fail()]).not.toContain(true);
    expect(await tick(run)).toMatchObject([{ outcome: 'renewed' }]);
    expect([fail(), fail(), fail(), fail(), fail()]).toEqual([false, false, false, false, true]);
  });
});

/** A network that lets the run reach IMS alone. */
function withoutConsole({ parts }: RotatingClient, lists: string[]): Run {
  const endpoint = new DeveloperConsole({
    consoleEndpointUrl: 'https://api.adobe.invalid',
    timeouts: timeouts.console,
  });
  onTestFinished(() => endpoint[Symbol.asyncDispose]());
  const consoleEndpoint: ConsoleEndpoint = {
    list: async (access, signal) => {
      lists.push(access.clientId);
      return await endpoint.list(access, signal);
    },
    add: endpoint.add.bind(endpoint),
    remove: endpoint.remove.bind(endpoint),
  };
  return parts.run({ consoleEndpoint });
}

describe('a network that does not let the function reach the Console', () => {
  it('costs no renewal, is said at once, and is not tried again in this run', async () => {
    const rotating = await startRotated();
    const { parts } = rotating;
    parts.clock.advance(day);
    const lists: string[] = [];
    const run = withoutConsole(rotating, lists);
    expect(await tick(run)).toMatchObject([{ outcome: 'renewed' }]);
    expect(lists).toEqual(['client-fusion']);
    expect(parts.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'the retired client secret could not be deleted',
      fields: { credential: 'fusion', code: 'ERR_CONSOLE_UNRESOLVED' },
    });
    expect(run.managing.hosts.failureOf('the Console API')).toBe('ERR_CONSOLE_UNRESOLVED');
    expect(rotating.live()).toContain(clientSecretOf('fusion'));
  });
});
