import { readdirSync } from 'node:fs';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect, it, onTestFinished } from 'vitest';
import type { Extras } from '../../conformance/case.ts';
import { bounds } from '../../conformance/cost.ts';
import { rotate } from '../../conformance/rotation-function.ts';
import { Scratch } from '../../conformance/scratch.ts';
import { cases, runSuite } from '../../conformance/suite.ts';
import type { SecretsManagerEmulator } from '../../emulators/secrets-manager/emulator.ts';
import { clientFor, startEmulator } from '../emulators/secrets-manager/start-secrets-manager.ts';
import { read, root } from '../support/document.ts';

const nobody = { username: 'nobody', arn: 'arn:aws:iam::111122223333:user/nobody' };
const somebody = { username: 'local', arn: 'arn:aws:iam::111122223333:user/local' };
const rotationFunction = 'arn:aws:lambda:us-east-1:111122223333:function:conformance';
const disabledKey = 'arn:aws:kms:us-east-1:111122223333:key/disabled';
const replicaRegion = 'eu-west-1';

/** Puts a replica of each replicated secret into another Region's server, as AWS does. */
function copyReplicas(
  emulator: SecretsManagerEmulator,
  client: SecretsManagerClient,
  other: SecretsManagerEmulator,
): void {
  emulator.onCall(({ action, secretArn: SecretId, error }) => {
    if (action !== 'ReplicateSecretToRegions' || error !== undefined) return;
    const copy = async (): Promise<void> => {
      const [{ Name: name = '', ARN = '', PrimaryRegion }, value] = await Promise.all([
        client.send(new DescribeSecretCommand({ SecretId })),
        client.send(new GetSecretValueCommand({ SecretId })),
      ]);
      other.seed({
        name,
        arnSuffix: ARN.slice(-6),
        primaryRegion: PrimaryRegion,
        secretString: value.SecretString,
        versionId: value.VersionId,
      });
    };
    void copy();
  });
}

/** The embedded Secrets Manager in two Regions, with everything that a case can need. */
async function startEverything() {
  const { emulator } = await startEmulator({
    now: Date.now,
    accessKeyIds: ['AKIDEXAMPLE', 'AKIDNOBODY'],
    principalOf: (accessKeyId) => (accessKeyId === 'AKIDNOBODY' ? nobody : somebody),
    authorize: (_, __, { 'aws:PrincipalArn': arn }) => arn !== nobody.arn,
    keyState: (keyId) => (keyId === disabledKey ? 'Disabled' : undefined),
  });
  const other = await startEmulator({ now: Date.now, region: replicaRegion });
  const seen = { operations: new Set<string>(), errors: new Set<string>() };
  const clientOf = (accessKeyId?: string): SecretsManagerClient => {
    const client = clientFor(emulator, { accessKeyId });
    onTestFinished(() => client.destroy());
    return client;
  };
  const watched = (client: SecretsManagerClient): SecretsManagerClient => {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          seen.operations.add(commandName.replace(/Command$/, ''));
          return await next(args).catch((error) => {
            seen.errors.add(error.name);
            throw error;
          });
        },
      { step: 'initialize', name: 'watch' },
    );
    return client;
  };
  const behind = clientOf();
  copyReplicas(emulator, behind, other.emulator);
  emulator.registerRotationFunction(rotationFunction, (event) => rotate(event, behind));
  const extras: Extras = {
    rotationFunction,
    disabledKey,
    replica: { region: replicaRegion, client: other.client },
    denied: watched(clientOf('AKIDNOBODY')),
    stranger: watched(clientOf('AKIDSTRANGER')),
  };
  return { client: watched(clientOf()), extras, seen };
}

const using = ['lambda', 'cli', 'client', 'local'];

/** The project's own sources. */
function sourcesOf(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => {
    const files = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.ts')).map((file) => read(`${folder}/${file}`));
  });
}

function without(all: Iterable<string>, some: ReadonlySet<string>): readonly string[] {
  return [...all].filter((one) => !some.has(one));
}

/** The operations that the project calls, or lets somebody call. */
function operationsUsed(): ReadonlySet<string> {
  const own = sourcesOf(...using).filter((text) =>
    text.includes('@aws-sdk/client-secrets-manager'),
  );
  const called = own.join('\n').matchAll(/\b(\w+)Command\b/g);
  const granted = sourcesOf(...using, 'infra')
    .join('\n')
    .matchAll(/'secretsmanager:([A-Z]\w+)'(?!:)/g);
  return new Set([...called, ...granted].map(([, operation = '']) => operation));
}

/** The errors of AWS that the project tells apart. */
function errorsHandled(): ReadonlySet<string> {
  const names = sourcesOf(...using)
    .join('\n')
    .match(/(?<=['|(]|^ {2})[A-Z]\w+(?:[a-z]Exception|Failure)\b/gm);
  // Names of other services' protocols, which end in neither.
  const listed = read('lambda/adapters/secrets-manager-errors.ts').match(
    /(?<=^ {2}')[A-Z]\w+(?=',$)/gm,
  );
  return new Set([...(names ?? []), ...(listed ?? [])]);
}

/** Errors that no case can have without harm to the account, or without the service's help. */
const notProvoked: Readonly<Record<string, string>> = {
  AuthFailure: 'of other services',
  DecryptionFailure: 'a key would have to be disabled between two calls',
  ExpiredToken: 'a session would have to end',
  ExpiredTokenException: 'a session would have to end',
  InvalidSignatureException: 'the embedded server checks no signatures',
  LimitExceededException: 'AWS names no figure for the quota of versions',
  RequestExpired: "this machine's clock would have to be wrong",
  RequestInTheFuture: "this machine's clock would have to be wrong",
  RequestLimitExceeded: "would use up the account's quota",
  RequestThrottled: "would use up the account's quota",
  RequestThrottledException: "would use up the account's quota",
  RequestTimeTooSkewed: "this machine's clock would have to be wrong",
  RequestTimeout: 'the service would have to be slow',
  RequestTimeoutException: 'the service would have to be slow',
  SignatureDoesNotMatch: 'the embedded server checks no signatures',
  SlowDown: "would use up the account's quota",
  ThrottledException: "would use up the account's quota",
  Throttling: "would use up the account's quota",
  ThrottlingException: "would use up the account's quota",
  TooManyRequestsException: "would use up the account's quota",
};

it('the embedded Secrets Manager passes every case, is as empty as before, and within the estimate; every operation that the project uses and every error that it tells apart is in a case', async () => {
  const { client, extras, seen } = await startEverything();
  const options = { scratch: new Scratch(client, 'c'), patience: 20, extras };
  const { left, secrets, requests, ...summary } = await runSuite(client, options);
  expect(summary.cases.filter(({ passed }) => !passed)).toEqual([]);
  expect(left).toEqual([]);
  expect(secrets).toBeLessThanOrEqual(bounds.secrets);
  expect(requests).toBeLessThanOrEqual(bounds.requests);
  const used = operationsUsed();
  expect(used.size).toBeGreaterThan(10);
  expect(without(used, seen.operations)).toEqual([]);
  const provoked = without(errorsHandled(), new Set(Object.keys(notProvoked)));
  expect(provoked.length).toBeGreaterThan(5);
  expect(without(provoked, seen.errors)).toEqual([]);
});

it('the list of errors that no case provokes names none that the code does not handle', () => {
  expect(without(Object.keys(notProvoked), errorsHandled())).toEqual([]);
});

it('the table of what moto fails counts every case, and names its rows as the cases are named', () => {
  const page = read('emulators/README.md');
  const counts = /Of the (\d+) cases, moto \S+ passes (\d+) and fails (\d+) .*?(\d+) are skipped/s;
  const [all, passed = 0, failed = 0, skipped = 0] = (counts.exec(page) ?? []).slice(1).map(Number);
  expect([all, passed + failed + skipped]).toEqual([cases.length, cases.length]);
  const [, rows = ''] = /^\| case \| moto \|\n.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const named = [...rows.matchAll(/^\| (.*?) \|/gm)].map(([, title = '']) => title.split(' … '));
  expect(named).toHaveLength(failed);
  const titles = cases.map(({ title }) => title);
  const isOf = (title: string) => (parts: readonly string[]) =>
    parts.every((part) => title.includes(part.replace(/ …$/, '')));
  expect(named.filter((parts) => !titles.some((title) => isOf(title)(parts)))).toEqual([]);
});

it('a case that needs more than an endpoint is skipped, and says what it needs', async () => {
  const { client } = await startEmulator({ now: Date.now });
  const { skipped, failed, notRun, ...summary } = await runSuite(client, {
    scratch: new Scratch(client, 'c'),
    patience: 20,
  });
  const reasons = new Set(summary.cases.flatMap((one) => one.skipped ?? []));
  expect([failed, skipped, notRun]).toEqual([0, 14, 0]);
  expect(reasons).toEqual(
    new Set([
      'needs --rotation-function ARN',
      'needs --replica-region REGION',
      'needs --denied-profile PROFILE',
      'needs --disabled-key ARN',
      'needs another access key',
    ]),
  );
});

it('the case in progress ends when the run is stopped, and counts as not run', async () => {
  const { client, emulator } = await startEmulator({ now: Date.now });
  const stopped = new AbortController();
  let created = 0;
  let before = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        created += commandName === 'CreateSecretCommand' ? 1 : 0;
        if (created === 5 && !stopped.signal.aborted) {
          before = emulator.calls.length;
          stopped.abort();
        }
        return await next(args);
      },
    { step: 'initialize', name: 'stopInside' },
  );
  const summary = await runSuite(client, {
    scratch: new Scratch(client, 'c'),
    patience: 20,
    signal: stopped.signal,
  });
  const { passed, failed, notRun, left } = summary;
  expect(passed).toBeGreaterThan(0);
  expect([failed, left]).toEqual([0, []]);
  expect(notRun).toBe(cases.length - passed);
  const after = emulator.calls.slice(before).map(({ action }) => action);
  expect(new Set(after)).toEqual(new Set(['DeleteSecret']));
});

it.each([
  [{ kind: 'reset-after' } as const, true],
  [{ kind: 'denied' } as const, false],
])('a secret may be there that nobody has the ARN of, after %j: %s', async (fault, isUnsure) => {
  const { client, emulator } = await startEmulator({ now: Date.now });
  const scratch = new Scratch(client, 'c');
  emulator.faults.inject(fault, { when: ({ action }) => action === 'CreateSecret' });
  await expect(scratch.create()).rejects.toThrow();
  expect(scratch.left).toEqual([]);
  expect(scratch.isUnsure).toBe(isUnsure);
});

it('an empty token of the next page, which some servers write, ends a list', async () => {
  const { client } = await startEmulator({ now: Date.now });
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const page = Object(answer.output);
      if (page.Versions !== undefined) page.NextToken ??= '';
      return answer;
    },
    { step: 'initialize', name: 'emptyToken' },
  );
  const { failed, notRun } = await runSuite(client, {
    scratch: new Scratch(client, 'c'),
    patience: 20,
  });
  expect([failed, notRun]).toEqual([0, 0]);
});

it('a run that is stopped says how many cases it has not run', async () => {
  const { client } = await startEmulator({ now: Date.now });
  const stopped = new AbortController();
  const summary = await runSuite(client, {
    scratch: new Scratch(client, 'c'),
    patience: 20,
    signal: stopped.signal,
    onResult: () => stopped.abort(),
  });
  expect(summary).toMatchObject({ passed: 1, failed: 0, skipped: 0, notRun: cases.length - 1 });
});
