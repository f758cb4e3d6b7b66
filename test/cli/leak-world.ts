import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import { type LeakedOptions, leaked } from '../../cli/commands/leaked.ts';
import type { Session } from '../../cli/session.ts';
import { tagKeys } from '../../core/contract.ts';
import type { ImsClient } from '../../emulators/ims/client.ts';
import { onboard } from '../../local/onboarding.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import type { WorldOptions } from '../../local/world.ts';
import type { Exit } from '../support/run-process.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { type Operator, startOperator } from './operator.ts';
import { type Effects, runHere } from './session-here.ts';

/** The credential `fusion`, which can manage its own client secrets, with a stored token. */
export interface LeakWorld extends Operator {
  readonly adobe: ImsClient;
  /** All tokens that were ever stored, oldest first. */
  readonly tokens: string[];
  /** The client secret that has leaked. */
  readonly leakedSecret: string;
  /** Stores a value in the client secret. */
  readonly put: (document: string) => Promise<void>;
  readonly clientDocument: () => Promise<ClientDocument>;
  /** Runs the command in this process; by default it does not wait. */
  readonly answer: (
    options?: Partial<LeakedOptions>,
    effects?: Effects,
    signal?: AbortSignal,
  ) => Promise<Exit>;
  /** Adds everything secret that there is now to what no output may hold. */
  readonly remember: () => Promise<void>;
}

export interface ClientDocument {
  readonly client_id: string;
  readonly client_secrets: readonly {
    readonly client_secret: string;
    readonly uuid?: string;
    readonly created_at?: string;
    readonly retired_at?: string;
  }[];
  readonly credential_id?: string;
}

export async function startLeak(options: WorldOptions = {}): Promise<LeakWorld> {
  const operator = await startOperator({ timeoutSeconds: 100, ...options });
  const { world, client, invoke, read, secrets } = operator;
  operator.environment['ADOBE_CONSOLE_ENDPOINT_URL'] = world.consoleApi.url;
  const adobe = world.ims.registerClient(selfManaging(sampleClient()));
  await onboard(world, client, 'fusion', storedDocument(adobe));
  await invoke({ action: 'tick' });
  const tokens: string[] = [];
  const SecretId = world.secretId('fusion', 'client');
  const remember = async (): Promise<void> => {
    for (const { value } of adobe.secrets) secrets.add(value);
    const stored = await read('fusion');
    const token = String(stored?.token['access_token']);
    secrets.add(token);
    if (!tokens.includes(token)) tokens.push(token);
  };
  await remember();
  return {
    ...operator,
    adobe,
    tokens,
    leakedSecret: adobe.liveSecrets[0]?.value ?? '',
    put: async (SecretString) => {
      await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    },
    clientDocument: async () => {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
      return JSON.parse(SecretString);
    },
    answer: (...args) => answerHere(operator, ...args),
    remember,
  };
}

/** Writes the rotation tag of the client secret. */
export async function rotationTag({ client, world }: LeakWorld): Promise<string | undefined> {
  const SecretId = world.secretId('fusion', 'client');
  const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId }));
  return Tags.find(({ Key }) => Key === tagKeys.rotation)?.Value;
}

export async function setRotationTag({ client, world }: LeakWorld, Value: string): Promise<void> {
  const Tags = [{ Key: tagKeys.rotation, Value }];
  const SecretId = world.secretId('fusion', 'client');
  await client.send(new TagResourceCommand({ SecretId, Tags }));
}

async function answerHere(
  operator: Operator,
  options: Partial<LeakedOptions> = {},
  effects: Effects = {},
  signal?: AbortSignal,
): Promise<Exit> {
  const { ims, consoleApi } = operator.world;
  const urls = { imsEndpointUrl: ims.url, consoleEndpointUrl: consoleApi.url };
  const wanted = { yes: true, now: true, cache: 600, ...urls, ...options };
  const sleep = (): Promise<void> => Promise.resolve();
  const answer = (session: Session) => leaked(session, 'fusion', wanted);
  return await runHere(operator, answer, { sleep, ...effects }, signal);
}

/** Switches on the rotation of the client secret, whose steps a function of the test does. */
export async function startRotated(
  work: (versionId: string, leak: LeakWorld) => Promise<void>,
  options: WorldOptions = {},
): Promise<LeakWorld> {
  const leak = await startLeak(options);
  const { world, client } = leak;
  const functionArn = `arn:aws:lambda:us-east-1:111122223333:function:${world.functionName}`;
  let isOn = false;
  world.secretsManager.registerRotationFunction(functionArn, async (event) => {
    if (isOn && event.Step === 'createSecret') await work(event.ClientRequestToken, leak);
  });
  await client.send(
    new RotateSecretCommand({
      SecretId: world.secretId('fusion', 'client'),
      RotationLambdaARN: functionArn,
      RotateImmediately: false,
      RotationRules: { AutomaticallyAfterDays: 30 },
    }),
  );
  await world.secretsManager.idle();
  isOn = true;
  return leak;
}

/** All is well: only the new secret is at Adobe and stored, and only the new token is valid. */
export async function expectAnswered(leak: LeakWorld, exit: Exit): Promise<void> {
  const { world, adobe, leakedSecret, tokens, clientDocument, remember, client, secrets } = leak;
  expect(exit, exit.stderr).toMatchObject({ code: 0 });
  await remember();
  expectNothingShown(exit, secrets);
  const [live, ...others] = adobe.liveSecrets;
  expect(others).toEqual([]);
  expect(live?.value).not.toBe(leakedSecret);
  const { client_secrets } = await clientDocument();
  expect(client_secrets).toMatchObject([{ client_secret: live?.value, uuid: live?.uuid }]);
  const stored = await leak.read('fusion');
  const labels = await labelsOf(client, world.secretId('fusion', 'client'));
  expect(stored?.token['client_secret_version']).toBe(labels['AWSCURRENT']);
  const valid = tokens.filter((token) => world.ims.isValid(token));
  expect(valid).toEqual([stored?.token['access_token']]);
  expect(tokens.length).toBeGreaterThan(1);
  expect(world.ims.invalidations.map(({ cascading }) => cascading)).not.toContain('all');
}

/** The message, without line breaks. */
export function textOf({ stderr }: Exit): string {
  return flat(stderr);
}

export function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** The command with which the output says to go on, which names the version that has leaked. */
export const goingOn = /go on(?: with)?: ims-token-rotator leaked fusion --version-id (\S+)/;

/** Runs the command with which the output says to go on. */
export async function follow(leak: LeakWorld, exit: Exit, effects: Effects = {}): Promise<Exit> {
  const [, versionId] = goingOn.exec(textOf(exit)) ?? [];
  expect(versionId, textOf(exit)).toBeDefined();
  return await leak.answer({ versionId }, effects);
}

/** The answer stays as it is, and people are told what to do if it is not complete. */
export function expectOver(leak: LeakWorld, exit: Exit): void {
  expect(textOf(exit)).toMatch(
    /^ERR_CREDENTIAL_CHANGED the answer to the leak of version \S+ is not open any more: .* → if somebody has completed it, nothing is left to do here; if not: ims-token-rotator leaked fusion --token --now; only if the stored client secret has leaked, too: ims-token-rotator leaked fusion --version-id \S+ --now$/,
  );
  expect(leak.adobe.secrets).toHaveLength(2);
}

/** Adobe has a second client secret, which a colleague uses. */
export function addColleagues({ adobe, secrets }: LeakWorld) {
  const colleagues = adobe.addSecret('p8e-of-a-colleague-0123456789');
  colleagues.recordUse(Date.now());
  secrets.add(colleagues.value);
  return colleagues;
}

function expectNothingShown({ stdout, stderr }: Exit, secrets: ReadonlySet<string>): void {
  for (const secret of secrets) {
    expect((stdout + stderr).includes(secret)).toBe(false);
  }
}

/** Ctrl-C during the wait: the leaked client secret is deleted at Adobe, and the answer is not complete. */
export async function interruptWait(leak: LeakWorld, effects: Effects = {}): Promise<Exit> {
  const interruption = new AbortController();
  const sleep = (): Promise<void> => {
    interruption.abort();
    return Promise.reject(new DOMException('aborted', 'AbortError'));
  };
  return await leak.answer({ now: false }, { ...effects, sleep }, interruption.signal);
}

/** IMS accepts a deleted client secret for a while. @returns what has it know of the deletion */
export function deleteSlowly(
  { adobe }: LeakWorld,
  secret: NonNullable<ReturnType<ImsClient['liveSecret']>>,
) {
  adobe.removeSecret(secret.value);
  let isKnown = false;
  const live = adobe.liveSecret.bind(adobe);
  adobe.liveSecret = (one) => (one === secret.value && !isKnown ? secret : live(one));
  return (): void => {
    isKnown = true;
  };
}

/** Adobe does not delete the leaked client secret, after another one is stored. */
export async function refuseDeletion(leak: LeakWorld): Promise<Exit> {
  const { faults } = leak.world.consoleApi;
  faults.inject(
    { kind: 'server-error', status: 503 },
    { when: ({ method }) => method === 'DELETE' },
  );
  const exit = await leak.answer();
  faults.clear();
  return exit;
}

/** Adobe adds no client secret, so that nothing is changed. */
export async function refuseAddition(leak: LeakWorld): Promise<Exit> {
  const { faults } = leak.world.consoleApi;
  faults.inject({ kind: 'server-error', status: 403 }, { when: ({ method }) => method === 'POST' });
  const exit = await leak.answer();
  faults.clear();
  return exit;
}

/** People have stored another client secret in the place of the leaked one. */
export async function storePersons(leak: LeakWorld): Promise<string> {
  const { value, uuid } = leak.adobe.addSecret('p8e-of-a-person-0123456789');
  leak.secrets.add(value);
  const client_secrets = [{ client_secret: value, uuid }];
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), client_secrets }));
  return value;
}

/** A person deletes at Adobe what an earlier run may have added, as `leaked` says. */
export function makeRoom({ adobe }: LeakWorld, exit: Exit): void {
  const [, uuid] =
    /^ERR_CLIENT_SECRET_LIMIT .* do not wait\. .* If nobody uses (\S+), or it has leaked, too, delete it in the Adobe Developer Console, by its uuid, and no other; then: /.exec(
      textOf(exit),
    ) ?? [];
  const left = adobe.liveSecrets.find((one) => one.uuid === uuid);
  expect(left, textOf(exit)).toBeDefined();
  adobe.removeSecret(left?.value ?? '');
}

/** Somebody moves AWSCURRENT back to the version before. */
export async function goBack({ client, world }: LeakWorld): Promise<void> {
  const SecretId = world.secretId('fusion', 'client');
  const { AWSPREVIOUS, AWSCURRENT } = await labelsOf(client, SecretId);
  const labels = { MoveToVersionId: AWSPREVIOUS, RemoveFromVersionId: AWSCURRENT };
  const VersionStage = 'AWSCURRENT';
  await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage, ...labels }));
}
