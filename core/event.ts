import * as v from 'valibot';
import { credentialNameRule, mostShards } from './contract.ts';
import { type Force, unforced } from './decision.ts';
import { RotatorError } from './errors.ts';
import { listProblems, problemsOf } from './problems.ts';
import { type Rotation, rotationEvent } from './rotation.ts';
import { importersOf, isCredentialName, type Naming, parseSecretName } from './secret-name.ts';
import { parseShard, type Shard } from './shard.ts';

/** The command in an event. */
export type Command =
  | { readonly action: 'tick'; readonly shard?: Shard | undefined }
  | { readonly action: 'status' }
  /** Several credentials when they share the client secret that got a new value. */
  | {
      readonly action: 'renew';
      readonly credentials: readonly string[];
      readonly force: Force;
      /** Nobody waits for the result, so that only what begins to fail is a failure. */
      readonly isNotice?: boolean | undefined;
    }
  | ({ readonly action: 'rotate' } & Rotation)
  /** A label moved on a secret other than this rotator's client secrets: nothing to do. */
  | { readonly action: 'ignore' };

const accepted =
  'accepted are {"action":"tick"}, {"action":"tick","shard":"<number>/<of>"}, ' +
  '{"action":"status"}, ' +
  '{"action":"renew","credential":"<name>","force":true,"replaces":"<version id>","notice":true} ' +
  '(force, replaces and notice are optional), EventBridge\'s "Secret Label Updated" of a client secret, ' +
  "and the steps of Secrets Manager's rotation of a token secret or a client secret";

const action = v.object({
  action: v.picklist(['tick', 'status', 'renew'], 'must be tick, status or renew'),
});

const bare = v.strictObject({ action: v.string() });

const shardRule = `must be a number and a count of at most ${mostShards}, for example 2/4`;

const shard = v.pipe(
  v.string(shardRule),
  v.transform(parseShard),
  v.custom<Shard>((parsed) => parsed !== undefined, shardRule),
);

const tick = v.strictObject({ action: v.literal('tick'), shard: v.optional(shard) });

const renew = v.strictObject({
  action: v.literal('renew'),
  credential: v.pipe(
    v.string('must be the short name of a credential'),
    v.check(isCredentialName, `must be ${credentialNameRule}`),
  ),
  force: v.optional(v.boolean('must be true or false'), false),
  replaces: v.optional(
    v.pipe(
      v.string('must be a version id'),
      // Whoever writes a token chooses its id, and AWS accepts any characters.
      v.regex(/^.{32,64}$/su, 'must be a version id'),
    ),
  ),
  notice: v.optional(v.boolean('must be true or false')),
});

const forcedRenew = v.pipe(
  renew,
  v.forward(
    v.check(({ force, replaces }) => force || replaces === undefined, 'needs force: true'),
    ['replaces'],
  ),
);

/** Only Secrets Manager sends a step, and never with an action. */
const step = v.object({ Step: v.unknown(), action: v.optional(v.never()) });

const labelUpdated = v.object({
  source: v.literal('aws.secretsmanager'),
  'detail-type': v.literal('Secret Label Updated'),
  resources: v.optional(v.array(v.string()), []),
  detail: v.object({ name: v.string(), labelUpdated: v.string() }),
});

/**
 * Reads an invocation's event.
 *
 * @throws RotatorError ERR_EVENT_INVALID, which lists every problem and the events that are accepted
 */
export function parseEvent(event: unknown, naming: Naming): Command {
  const label = v.safeParse(labelUpdated, event);
  if (label.success) {
    const credentials = credentialsOf(label.output, naming);
    return credentials.length === 0
      ? { action: 'ignore' }
      : { action: 'renew', credentials, force: unforced, isNotice: true };
  }
  if (v.is(step, event)) return { action: 'rotate', ...check(rotationEvent(naming), event) };
  const command = check(action, event).action;
  if (command === 'tick') return check(tick, event);
  if (command === 'status') {
    check(bare, event);
    return { action: command };
  }
  const { credential, force, replaces, notice } = check(forcedRenew, event);
  const forcing = { force, replaces };
  return { action: 'renew', credentials: [credential], force: forcing, isNotice: notice };
}

/** The credentials whose client secret got a new value; none for any other event. */
function credentialsOf(
  { resources, detail }: v.InferOutput<typeof labelUpdated>,
  naming: Naming,
): readonly string[] {
  if (detail.labelUpdated !== 'AWSCURRENT') return [];
  const sharing = new Set(resources.flatMap((arn) => importersOf(naming, arn)));
  const parsed = parseSecretName(naming.prefix, detail.name);
  const isOwn = parsed?.kind === 'client' && !naming.clientSecrets.has(parsed.credential);
  return [...(isOwn ? [parsed.credential] : []), ...sharing];
}

function check<Output>(schema: v.GenericSchema<unknown, Output>, event: unknown): Output {
  const parsed = v.safeParse(schema, event, { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  const problems = problemsOf(parsed.issues);
  throw new RotatorError(
    'ERR_EVENT_INVALID',
    `the event is invalid: ${listProblems(problems)}; ${accepted}`,
    { problems },
  );
}
