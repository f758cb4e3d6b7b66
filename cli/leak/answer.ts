import pMap from 'p-map';
import { holdsClientSecret } from '../../core/contract.ts';
import type { UnderstoodCredential } from '../../core/credential.ts';
import type { SecretNames } from '../../core/secret-name.ts';
import { revealAll, type Sensitive } from '../../core/sensitive.ts';
import { readSettings } from '../../core/token-tags.ts';
import type { Adobe } from '../adobe/own-secrets.ts';
import type { TokenInvalidation } from '../adobe/token-invalidation.ts';
import type { Secret } from '../aws/secret.ts';
import type { SecretVersions } from '../aws/secret-versions.ts';
import type { StoredVersion } from '../aws/version-list.ts';
import { CliError } from '../errors.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Steps } from '../rotator/steps.ts';
import { understood } from '../rotator/understood.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { fieldsBeside } from './fields-beside.ts';
import type { Progress } from './progress.ts';
import { stringsIn } from './token-words.ts';

/** All that the steps of an answer to a leak share. */
export interface Answer {
  readonly session: Session;
  readonly name: string;
  readonly rotator: Rotator;
  readonly names: SecretNames;
  /** As they were at the beginning. */
  readonly client: Secret;
  readonly token: Secret;
  readonly versions: SecretVersions;
  readonly adobe: Adobe & { readonly invalidation: TokenInvalidation };
  readonly steps: Steps;
  readonly progress: Progress;
  /** Every client secret that this run has read: IMS may repeat each. */
  readonly secrets: Sensitive[];
  /** The command that answers the leak of a token alone, with the options of this one. */
  readonly tokenOnly: string;
  /** The same for a version of the client secret; undefined if it is not known which. */
  readonly answering: (versionId: string | undefined) => string;
  /** Seconds by which this machine is ahead of AWS, whose clock dates tokens. */
  readonly ahead: number;
}

/** A version of the client secret, and the credential in it. */
export interface ClientVersion extends StoredVersion {
  /** Undefined if there is none that can be read. */
  readonly found: UnderstoodCredential | undefined;
  /** Beside the client secrets of the credential, the value has what looks like one. */
  readonly hasMore?: boolean | undefined;
  /** The fields of the value that are no part of the credential, and may be secret. */
  readonly otherFields?: readonly string[] | undefined;
  /** Why the version could not be decrypted. It may hold any client secret. */
  readonly unreadable?: CliError | undefined;
}

/** A version that holds a credential. */
export type UsableVersion = ClientVersion & { readonly found: UnderstoodCredential };

const concurrency = 5;

/** All versions of the client secret that still exist, the latest first. */
export async function readClientVersions({
  client,
  token,
  versions,
  secrets = [],
}: Pick<Answer, 'client' | 'token' | 'versions'> & Partial<Pick<Answer, 'secrets'>>): Promise<
  readonly ClientVersion[]
> {
  const all = await versions.list(client.arn);
  const settings = readSettings(token.tags);
  const read = await pMap(
    all,
    async (version) => {
      const text = await versions.readIfDecrypted(client.arn, version);
      if (text instanceof CliError) return { ...version, found: undefined, unreadable: text };
      const found = text && understood(text.reveal(), settings);
      if (text === undefined || found === undefined) return { ...version, found: undefined };
      const value = text.reveal();
      return {
        ...version,
        found,
        hasMore: hasMore(value, found),
        otherFields: fieldsBeside(value, found),
      };
    },
    { concurrency },
  );
  remember(secrets, read);
  return read.toSorted((one, other) => (other.createdAt ?? 0) - (one.createdAt ?? 0));
}

function remember(secrets: Sensitive[], versions: readonly ClientVersion[]): void {
  const known = new Set(revealAll(secrets));
  for (const { secret } of versions.flatMap(({ found }) => found?.entries ?? [])) {
    if (!known.has(secret.reveal())) secrets.push(secret);
    known.add(secret.reveal());
  }
}

function hasMore(text: string, { entries }: UnderstoodCredential): boolean {
  const values = revealAll(entries.map(({ secret }) => secret));
  return [text, ...(stringsIn(text) ?? [])].some((one) =>
    holdsClientSecret(values.reduce((rest, value) => rest.replaceAll(value, ''), one)),
  );
}

/** @throws CliError ERR_CREDENTIAL_MISSING or ERR_CREDENTIAL_INVALID */
export function currentOf(
  { name, names, session: { options } }: Answer,
  versions: readonly ClientVersion[],
): UsableVersion {
  const current = versions.find(({ labels }) => labels.includes('AWSCURRENT'));
  const fix = nextCommand(`put-credential ${name} FILE`, options);
  if (current === undefined) {
    throw new CliError('ERR_CREDENTIAL_MISSING', `${names.client} has no value`, fix);
  }
  const { found } = current;
  if (found === undefined) {
    const text = `the value of ${names.client} is not a credential`;
    throw new CliError('ERR_CREDENTIAL_INVALID', text, fix);
  }
  return { ...current, found };
}
