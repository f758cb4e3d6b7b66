import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { RotatorError } from '../../core/errors.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { okStatus, parseStatus } from '../../core/status.ts';
import type { ImsCall, ImsFault } from '../../emulators/ims/fault.ts';
import type { Call, SecretsManagerFault } from '../../emulators/secrets-manager/fault.ts';
import { SecretsManager } from '../../lambda/adapters/secrets-manager.ts';
import { budget } from '../../lambda/steps/budget.ts';
import { awsErrorFault, ofAnyCall } from './aws-faults.ts';
import { secretId } from './credential.ts';
import { imsFaults } from './ims-faults.ts';
import { tick } from './outcomes.ts';
import { type Parts, plainClient, seedDueCredential, startParts } from './start-parts.ts';

/** A call of a renewal, and what may go wrong with it. */
export type Fault =
  | { readonly title: string; readonly at: 'ims'; readonly fault: ImsFault }
  | { readonly title: string; readonly at: 'validation'; readonly fault: ImsFault }
  | { readonly title: string; readonly at: CallName; readonly fault: SecretsManagerFault }
  | { readonly title: string; readonly at: 'the list'; readonly lagMs: number };

type CallName = keyof typeof matching;

const isOf =
  (wanted: string, kind?: string) =>
  ({ action, secretId: id = '' }: Call): boolean =>
    // The neighbour's calls are spared; the names of the two have nothing in common.
    action === wanted && id.includes('fusion') && (kind === undefined || id.includes(`/${kind}`));

const matching = {
  ListSecrets: ({ action }: Call) => action === 'ListSecrets',
  DescribeSecret: isOf('DescribeSecret'),
  'GetSecretValue of the credential': isOf('GetSecretValue', 'client'),
  'GetSecretValue of the token': isOf('GetSecretValue', 'token'),
  PutSecretValue: isOf('PutSecretValue'),
  UpdateSecretVersionStage: isOf('UpdateSecretVersionStage'),
  TagResource: isOf('TagResource'),
} as const;

const stale = ['no such secret', awsErrorFault('ResourceNotFoundException')] as const;
const undecrypted = ['a disabled key', awsErrorFault('DecryptionFailure')] as const;

const ofOneCall: Readonly<Partial<Record<CallName, typeof ofAnyCall>>> = {
  DescribeSecret: [stale],
  'GetSecretValue of the credential': [stale, undecrypted],
  'GetSecretValue of the token': [stale, undecrypted],
  PutSecretValue: [
    stale,
    ['a disabled key', awsErrorFault('EncryptionFailure')],
    ['too many versions', awsErrorFault('LimitExceededException')],
    ['a version that exists', awsErrorFault('ResourceExistsException')],
  ],
};

const storeFaults: readonly Fault[] = (Object.keys(matching) as CallName[]).flatMap((at) =>
  [...ofAnyCall, ...(ofOneCall[at] ?? [])].map(([title, fault]) => ({
    title: `${title} at ${at}`,
    at,
    fault,
  })),
);

/** Answers with a token that is odd. */
const oddTokens: readonly (readonly [string, ImsFault])[] = [
  ['an opaque token', { kind: 'opaque-token' }],
  ['a token of half the life', { kind: 'claims-disagree', lifetimeSeconds: 43_200 }],
  ['the same token again', { kind: 'repeat-token' }],
];

/** Answers to a question about the new token, which IMS has to accept before it is stored. */
const validations: readonly (readonly [string, ImsFault])[] = [
  ['429', { kind: 'throttled' }],
  ['500', { kind: 'server-error', status: 500, body: 'json' }],
  ['403 of the gateway', { kind: 'server-error', status: 403 }],
  ['headers that never arrive', { kind: 'slow-headers' }],
  ['a reset', { kind: 'reset' }],
  ['a rejection', { kind: 'token-rejected' }],
];

const faults: readonly Fault[] = [
  ...[...imsFaults, ...oddTokens].map(
    ([title, fault]): Fault => ({ title: `${title} of IMS`, at: 'ims', fault }),
  ),
  ...validations.map(
    ([title, fault]): Fault => ({ title: `${title} of validate_token`, at: 'validation', fault }),
  ),
  ...storeFaults,
  { title: 'an old list', at: 'the list', lagMs: 300_000 },
];

/** Every fault with itself and every other one. */
export const faultPairs: readonly (readonly [Fault, Fault])[] = faults.flatMap((one, index) =>
  faults.slice(index).map((other) => [one, other] as const),
);

const slowKinds = ['slow-headers', 'slow-body', 'latency'];

/** Time-outs that are short enough for a test may also hit calls that are not meant. */
function isSlow(fault: Fault): boolean {
  return 'fault' in fault && slowKinds.includes(fault.fault.kind);
}

/** A redirect is taken for a proxy's, so that nobody asks the host again in that run. */
function isOfTheWay(fault: Fault): boolean {
  return fault.at === 'ims' && fault.fault.kind === 'redirect';
}

/** What an operator sees of a token secret. */
interface Seen {
  readonly versionId: string | undefined;
  readonly accessToken: string;
  readonly versions: number;
  readonly labels: readonly string[];
  readonly status: string | undefined;
}

async function see(client: SecretsManagerClient, credential: string): Promise<Seen> {
  const SecretId = secretId(credential, 'token');
  const [value, secret] = await Promise.all([
    client.send(new GetSecretValueCommand({ SecretId })),
    client.send(new DescribeSecretCommand({ SecretId })),
  ]);
  const stages = Object.values(secret.VersionIdsToStages ?? {});
  return {
    versionId: value.VersionId,
    accessToken: JSON.parse(value.SecretString ?? '').access_token,
    versions: stages.length,
    labels: stages.flat().toSorted((one, other) => one.localeCompare(other)),
    status: secret.Tags?.find(({ Key }) => Key === tagKeys.status)?.Value,
  };
}

/** Two due credentials, one of which two faults befall; and a rotation of it that nobody ended. */
class Stricken {
  readonly #parts: Parts;
  readonly #client: SecretsManagerClient;
  readonly #pair: readonly Fault[];
  #isActive = false;
  #isLasting = false;
  /** The faults that have befallen it. */
  readonly met = new Set<Fault>();
  #last: Seen | undefined;

  constructor(parts: Parts, pair: readonly Fault[]) {
    this.#parts = parts;
    this.#client = plainClient(parts);
    this.#pair = pair;
  }

  async start(times: number): Promise<void> {
    this.#isLasting = !Number.isFinite(times);
    for (const credential of ['fusion', 'neighbour']) seedDueCredential(this.#parts, credential);
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId: secretId('fusion', 'token'),
        SecretString: '{}',
        VersionStages: ['AWSPENDING'],
      }),
    );
    const { ims, secretsManager } = this.#parts;
    const [one, other] = this.#pair;
    let hits = 0;
    for (const fault of this.#pair) {
      // Two faults of one call take turns.
      const isTurn = (): boolean => {
        if (one?.at !== other?.at || fault === other) return true;
        hits += 1;
        return hits % 2 === 1;
      };
      if (fault.at === 'the list') {
        secretsManager.listLagMs = fault.lagMs;
        this.#meet(fault);
      } else if (fault.at === 'ims' || fault.at === 'validation') {
        const isMeant = ({ path, clientId = '' }: ImsCall): boolean =>
          clientId.includes('fusion') &&
          path.includes('validate_token') === (fault.at === 'validation');
        const when = (call: ImsCall): boolean =>
          this.#isActive && isMeant(call) && isTurn() && this.#meet(fault);
        ims.faults.inject(fault.fault, { times, when });
      } else {
        const matches = matching[fault.at];
        const when = (call: Call): boolean =>
          this.#isActive && matches(call) && isTurn() && this.#meet(fault);
        secretsManager.faults.inject(fault.fault, { times, when });
      }
    }
  }

  #meet(fault: Fault): boolean {
    this.met.add(fault);
    return true;
  }

  end(): void {
    const { ims, secretsManager } = this.#parts;
    ims.faults.clear();
    secretsManager.faults.clear();
    secretsManager.listLagMs = 0;
  }

  see(credential = 'fusion'): Promise<Seen> {
    return see(this.#client, credential);
  }

  /** A tick, and what the invariants say of any tick. Returns its outcome for the credential. */
  async tick(isFaulty: boolean): Promise<CredentialOutcome | undefined> {
    const { ims } = this.#parts;
    const before = this.#last ?? (await this.see());
    const requests = ims.tokenRequests.length;
    const outcomes = await this.#run(isFaulty);
    const asked = ims.tokenRequests.slice(requests);
    const after = await this.see();
    this.#last = after;
    const outcome = outcomes.find(({ credential }) => credential === 'fusion');

    const ofFusion = asked.filter(({ clientId }) => clientId?.includes('fusion'));
    expect(ofFusion.length).toBeLessThanOrEqual(budget.mint.attempts);
    const isReplaced = after.versionId !== before.versionId;
    expect(after.versions).toBeLessThanOrEqual(before.versions + 1);
    expect(after.labels.filter((label) => label === 'AWSCURRENT')).toHaveLength(1);
    expect(new Set(after.labels).size).toBe(after.labels.length);
    // Whatever happens, consumers read the token from before, or a valid one.
    if (isReplaced) expect(ims.isValid(after.accessToken)).toBe(true);
    else expect(after.accessToken).toBe(before.accessToken);
    const isUnproved = this.#isLasting && this.#pair.some(({ at }) => at === 'validation');
    if (isUnproved && isFaulty) expect(isReplaced).toBe(false);
    // The tag is what the next tick knows.
    const status = after.status ?? okStatus;
    if (status !== okStatus) expect(parseStatus({ [tagKeys.status]: status })).toBeDefined();

    if (outcome?.outcome === 'renewed') expect(isReplaced).toBe(true);
    const isLost = isReplaced && outcome?.outcome !== 'renewed';
    if (isLost) expect(this.#mayLoseThePut()).toBe(true);
    if (!isReplaced && !ims.isValid(after.accessToken)) this.#expectTold(outcome);
    return outcome;
  }

  /** A token that is due and stays is told of: nothing else makes anybody look. */
  #expectTold(outcome: CredentialOutcome | undefined): void {
    const isUnlisted = this.#pair.some(({ at }) => at === 'ListSecrets' || at === 'the list');
    if (outcome === undefined) expect(isUnlisted || this.#pair.some(isSlow)).toBe(true);
    else if (outcome.reason !== 'backing-off') {
      expect(['failed', 'deferred']).toContain(outcome.outcome);
      expect(outcome.failing || outcome.outcome === 'deferred').toBe(true);
    }
  }

  #mayLoseThePut(): boolean {
    return this.#pair.some(
      (fault) =>
        isSlow(fault) ||
        (fault.at === 'PutSecretValue' && 'fault' in fault && fault.fault.kind === 'reset-after'),
    );
  }

  async #run(isFaulty: boolean): Promise<readonly CredentialOutcome[]> {
    const { tokenEndpoint, run, secretsManager } = this.#parts;
    const timeouts = { connect: 0.05, total: 0.05 };
    const impatient = {
      tokenEndpoint: tokenEndpoint(0.05),
      secrets: new SecretsManager({
        region: 'us-east-1',
        endpoint: secretsManager.url,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        timeouts,
        writesPerSecond: 10_000,
      }),
    };
    this.#isActive = isFaulty;
    try {
      const usual = isFaulty && this.#pair.some(isSlow) ? impatient : {};
      const { config } = run();
      const validate = this.#pair.some(({ at }) => at === 'validation');
      const outcomes = await tick(run({ ...usual, config: { ...config, validate } }));
      const codes = outcomes.map((one) => one.error?.code);
      expect(codes).not.toContain('ERR_UNEXPECTED');
      for (const one of outcomes) this.#say(JSON.stringify([one, one.error?.message]));
      return outcomes;
    } catch (thrown) {
      // Nothing is renewed without the list.
      expect(thrown).toBeInstanceOf(RotatorError);
      this.#say((thrown as Error).message);
      return [];
    } finally {
      this.#isActive = false;
    }
  }

  /** The end of the test looks for secrets in all lines. */
  #say(message: string): void {
    this.#parts.lines.push({ level: 'info', message, fields: {} });
  }
}

const seconds = 900;

/**
 * Has two faults befall a credential, for two ticks or for one call each, and expects what the
 * invariants of ARCHITECTURE.md say: nothing here knows what a fault does.
 */
export async function expectInvariants(pair: readonly [Fault, Fault], isLasting: boolean) {
  const parts = await startParts();
  const { clock, ims, secrets } = parts;
  const stricken = new Stricken(parts, pair);
  await stricken.start(isLasting ? Number.POSITIVE_INFINITY : 1);
  const old = await stricken.see();
  await stricken.tick(true);
  clock.advance(seconds);
  await stricken.tick(true);
  expect(stricken.met.size).toBeGreaterThan(0);
  const neighbour = await stricken.see('neighbour');
  const isShared = pair.some(
    (fault) => fault.at === 'ListSecrets' || isSlow(fault) || isOfTheWay(fault),
  );
  // One credential's failure delays another by a tick at most.
  if (!isShared) expect(ims.isValid(neighbour.accessToken)).toBe(true);
  stricken.end();

  const { status = okStatus } = await stricken.see();
  const retryAt = parseStatus({ [tagKeys.status]: status })?.retryAt ?? clock.seconds;
  // A failure is tried again within an hour, and the next tick after that heals it.
  expect(retryAt - clock.seconds).toBeLessThanOrEqual(3_600);
  clock.advance(Math.max(seconds, retryAt - clock.seconds));
  const healed = await stricken.tick(false);
  expect(healed).toMatchObject({ failing: false });
  const token = await stricken.see();
  expect(ims.isValid(token.accessToken)).toBe(true);
  expect(token.status ?? okStatus).toBe(okStatus);
  clock.advance(seconds);
  expect(await stricken.tick(false)).toMatchObject({ outcome: 'kept', failing: false });
  // Expiry alone caused one write.
  expect(token.versions).toBeLessThanOrEqual(old.versions + 1);
  for (const { accessToken } of [old, token, neighbour]) secrets.add(accessToken);
}
