import { epochSeconds } from '../../core/instant.ts';
import { readSettings } from '../../core/token-tags.ts';
import { openConsole } from '../adobe/own-secrets.ts';
import { TokenInvalidation } from '../adobe/token-invalidation.ts';
import { Functions } from '../aws/functions.ts';
import type { Secret } from '../aws/secret.ts';
import { SecretVersions } from '../aws/secret-versions.ts';
import { CliError, interrupted } from '../errors.ts';
import { adviceFor, linesOfReaders, type Told } from '../leak/advice.ts';
import type { Answer } from '../leak/answer.ts';
import { answerSecretLeak, answerTokenLeak } from '../leak/answer-leak.ts';
import { assertThere, type Wanted } from '../leak/assert-there.ts';
import { commandFor, leakedNow } from '../leak/commands.ts';
import { earlierAnswer, storedSince } from '../leak/earlier-answer.ts';
import { explain, explanation, hanging } from '../leak/explanation.ts';
import { type Answered, checkNotLeaked } from '../leak/note-end.ts';
import { replicaAdvice } from '../leak/note-replicas.ts';
import { openAnswerAdvice } from '../leak/open-answer-advice.ts';
import { goOn } from '../leak/progress.ts';
import { checkClock, clockTolerance } from '../rotator/check-clock.ts';
import { confirmLocation } from '../rotator/confirm-location.ts';
import { confirmName } from '../rotator/confirm-name.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { lostFieldsWarning, readStored } from '../rotator/lost-fields.ts';
import { openIms } from '../rotator/mint-once.ts';
import { checkOwner } from '../rotator/overlaps.ts';
import { copyWarning, policyWarning, unknownPolicy } from '../rotator/policy-warning.ts';
import { otherReadersOf } from '../rotator/readers.ts';
import { assertNoReplica } from '../rotator/replica.ts';
import {
  checkName,
  deployedFunction,
  isImported,
  namesOf,
  type Rotator,
} from '../rotator/rotator.ts';
import { sharersOf } from '../rotator/sharers.ts';
import { Steps } from '../rotator/steps.ts';
import { understood } from '../rotator/understood.ts';
import type { Session } from '../session.ts';
import { placeOf } from '../view/place.ts';
import { readerJson } from '../view/reader-lines.ts';
import { wrapLines } from '../view/table.ts';
import { ofVersion } from '../view/version-id.ts';

export interface LeakedOptions {
  readonly yes?: boolean | undefined;
  /** The version of the client secret that has leaked; by default, the stored one. */
  readonly versionId?: string | undefined;
  /** Only the token has leaked. */
  readonly token?: boolean | undefined;
  /** Do not wait for consumers that cache a token. */
  readonly now?: boolean | undefined;
  /** Seconds for which a consumer may use a token that it has read. */
  readonly cache: number;
  readonly imsEndpointUrl: string | undefined;
  readonly consoleEndpointUrl: string | undefined;
}

/** Answers a leak: replaces what has leaked, and makes it useless. */
export async function leaked(
  session: Session,
  name: string,
  options: LeakedOptions,
): Promise<number> {
  checkName(name);
  const { token: isTokenOnly = false } = options;
  const { versionId } = options;
  const tokenOnly = commandFor(session, name, options, ' --token');
  const answering = (id: string | undefined) => commandFor(session, name, options, ofVersion(id));
  const wanted = { isTokenOnly, answering, tokenOnly, versionId };
  const prepared = await prepare(session, name, wanted).catch((error: unknown) => {
    throw session.signal.aborted ? interrupted('nothing was changed') : error;
  });
  const { rotator, names, client, token, timeout, ahead, since, stored } = prepared;
  const byDefault = leakedNow(session, client);
  // With a token alone, no client secret has leaked.
  const leakedId = isTokenOnly ? undefined : (versionId ?? byDefault);
  const progress = { leakedId, leaked: undefined, isGone: false };
  const wait = options.now === true ? 0 : Math.max(timeout, options.cache);
  const place = placeOf(token.arn);
  const age = since === undefined ? undefined : session.now() - since;
  const text = stored instanceof CliError ? undefined : stored?.text.reveal();
  const found = text && understood(text, readSettings(token.tags));
  const secrets = found ? found.entries.length : undefined;
  const taken = isTokenOnly ? undefined : { client, age, secrets, versionId, byDefault };
  const explained = { place, isTokenOnly, isOwn: !isImported(names), wait, taken };
  explain(session, explanation(name, explained), options.yes === true);
  if (options.yes !== true) await confirmName(session, name, 'nothing was changed');
  await using ims = openIms(session, options.imsEndpointUrl);
  await using console = openConsole(session, options.consoleEndpointUrl);
  await using invalidation = new TokenInvalidation(session, options.imsEndpointUrl);
  const answer: Answer = {
    ...{ session, name, rotator, names, client, token, tokenOnly, answering, ahead },
    versions: new SecretVersions(session.signal),
    ...{ progress, secrets: [] },
    adobe: { ims, console, invalidation },
    steps: new Steps(session, (failure) => (isTokenOnly ? tokenOnly : goOn(answer, failure))),
  };
  const answerLeak = isTokenOnly ? answerTokenLeak : answerSecretLeak;
  const answered = await answer.steps.all(() => answerLeak(answer, wait));
  // People need to know what is left to them, even if the leaked secret was stored again.
  const storedAgain = isTokenOnly ? undefined : await failureOf(checkNotLeaked(answer, answered));
  if (storedAgain !== undefined && session.signal.aborted) {
    throw interrupted(
      'the leak is answered; only whether somebody has stored what leaked again is unknown',
    );
  }
  const { storedAt, failure = storedAgain } = answered;
  const isHurried = storedAt !== undefined && options.now === true;
  const lateUntil = isHurried ? epochSeconds(storedAt + timeout + clockTolerance) : undefined;
  await report(answer, answered, { isTokenOnly, lateUntil }).catch((error: unknown) => {
    const text =
      answered.failure === undefined
        ? 'the leak is answered; only what is left to people was not shown'
        : 'the leak is not answered, and what is left to people was not shown';
    if (session.signal.aborted) throw interrupted(text);
    if (!(error instanceof CliError)) throw error;
    const fix = [...(error.fix === undefined ? [] : [error.fix]), `then: ${tokenOnly}`].join('; ');
    throw new CliError(error.code, `${text}: ${error.message}`, fix, { cause: error });
  });
  if (failure !== undefined) throw failure;
  return 0;
}

async function failureOf(work: Promise<void>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Everything that is known before anything is changed. */
async function prepare(session: Session, name: string, wanted: Wanted) {
  const { secrets } = session;
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  const { name: functionName } = deployedFunction(rotator);
  checkOwner(session, rotator);
  const [described, ofToken] = await Promise.all([
    secrets.describe(names.client),
    secrets.describe(names.token),
  ]);
  const found = { client: described, token: ofToken };
  assertThere(session, names, found, wanted);
  const { client, token } = found;
  // A replica has the versions of its primary.
  const leakedId = wanted.versionId ?? leakedNow(session, client);
  const ofSecret = client.primaryRegion === undefined ? '' : ofVersion(leakedId);
  const words = `leaked CREDENTIAL${wanted.isTokenOnly ? ' --token' : ofSecret}`;
  assertNoReplica(session, rotator, token, { name, words });
  if (!wanted.isTokenOnly) {
    const { primaryRegion } = client;
    const otherwise = `add a client secret in the Adobe Developer Console, have its owner store that in ${primaryRegion}, without the leaked one, and delete the leaked one in the Console; then here: ${wanted.tokenOnly}`;
    assertNoReplica(session, rotator, client, { name, words, otherwise });
  }
  const ahead = await checkClock(session);
  await confirmLocation(session, rotator, names.client);
  const stored = wanted.isTokenOnly ? undefined : await readStored(session, client);
  const since = wanted.isTokenOnly ? undefined : await storedSince(session, client);
  const warnings = await readersWarnings(session, rotator, [client, token]);
  const ofValue = wanted.isTokenOnly
    ? []
    : [lostFieldsWarning(client, stored), earlierAnswer(client, since, wanted.versionId)];
  for (const warning of [...warnings, ...ofValue]) {
    if (warning === undefined) continue;
    session.terminal.note(...wrapLines(`warning: ${warning}`, 0, session.terminal.noteColumns));
  }
  const timeout = await new Functions(session.signal).timeout(functionName);
  return { rotator, names, client, token, timeout, ahead, since, stored };
}

/** Whoever else reads the secrets gets what replaces the leaked one, too, and may be how it leaked. */
async function readersWarnings(
  session: Session,
  rotator: Rotator,
  secrets: readonly Secret[],
): Promise<readonly string[]> {
  // A warning that AWS does not answer for must not keep anybody from answering a leak.
  const policies = await Promise.all(
    secrets.map((secret) =>
      policyWarning(session, secret).catch((error: unknown) => {
        if (error instanceof CliError && !session.signal.aborted) {
          return unknownPolicy(secret.name, error);
        }
        throw error;
      }),
    ),
  );
  const copies = secrets.map((secret) => copyWarning(session, secret, rotator));
  return [...policies, ...copies].filter((warning) => warning !== undefined);
}

async function report(
  answer: Answer,
  { credential: { clientId }, ofOthers, unreadable, alsoLeaked }: Answered,
  { isTokenOnly, lateUntil }: Pick<Told, 'isTokenOnly' | 'lateUntil'>,
): Promise<void> {
  const { session, name, steps, client, token } = answer;
  const { terminal, options } = session;
  const progress = terminal.progress('asking CloudTrail who has read it');
  const readers = await otherReadersOf(
    session,
    answer.rotator,
    isTokenOnly ? token : client,
  ).finally(() => progress.end());
  const isPaused = readSettings(token.tags).paused;
  const sharers = await sharersOf(session, answer.rotator, name, client);
  const earlier = isTokenOnly ? await openAnswerAdvice(answer) : undefined;
  const advice = [
    ...(await replicaAdvice(answer)),
    ...(earlier?.advice ?? []),
    ...adviceFor(answer, clientId, {
      isPaused,
      isTokenOnly,
      lateUntil,
      ofOthers,
      sharers,
      earlierClients: earlier?.clientIds ?? [clientId],
      unreadable,
      alsoLeaked,
    }),
  ];
  if (options.json === true) {
    const read =
      readers instanceof CliError ? { unknown: readers.message } : readers.map(readerJson);
    terminal.printJson({ name, steps: steps.done, left_to_people: advice, readers: read });
    return;
  }
  terminal.print('', 'Left to people:');
  for (const text of [...advice, ...linesOfReaders(readers, session.now(), isTokenOnly)]) {
    terminal.print(...hanging(text, terminal.columns));
  }
}
