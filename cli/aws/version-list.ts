import {
  ListSecretVersionIdsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { EpochSeconds } from '../../core/instant.ts';
import { askAws } from './ask.ts';
import { toInstant } from './instant.ts';
import { nextPage } from './next-page.ts';

/** A version of a secret, with or without a staging label. */
export interface StoredVersion {
  readonly id: string;
  readonly labels: readonly string[];
  readonly createdAt: EpochSeconds | undefined;
}

/**
 * All versions of a secret that still exist, those without a label included; their values are not read.
 *
 * @throws CliError
 */
export async function listVersions(
  client: SecretsManagerClient,
  arn: string,
  abortSignal: AbortSignal,
): Promise<readonly StoredVersion[]> {
  const found: StoredVersion[] = [];
  let NextToken: string | undefined;
  do {
    const input = { SecretId: arn, IncludeDeprecated: true, MaxResults: 100, NextToken };
    const page = await askAws('secretsmanager:ListSecretVersionIds', arn, () =>
      client.send(new ListSecretVersionIdsCommand(input), { abortSignal }),
    );
    for (const { VersionId: id = '', VersionStages: labels = [], CreatedDate } of page.Versions ??
      []) {
      found.push({ id, labels, createdAt: toInstant(CreatedDate) });
    }
    NextToken = nextPage(NextToken, page.NextToken);
  } while (NextToken !== undefined);
  return found;
}
