import { createHash } from 'node:crypto';
import { secretName } from '../core/contract.ts';
import { epochSeconds } from '../core/instant.ts';
import { fingerprint } from '../core/token-tags.ts';
import { encodeVersionId } from '../core/version-id.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

export const prefix = 'ims-token-rotator/bench';
export const region = 'eu-west-1';
export const lifetime = 86_400;

const clientVersionId = '6f1c5b5e-0f6e-4a53-9d0f-2f1f1d8a7c11';
const root = `arn:aws:secretsmanager:${region}:000000000000:secret`;

export const clientSecret = {
  versionId: clientVersionId,
  secretString: JSON.stringify({
    client_id: 'bench-client',
    client_secret: 'bench-client-secret',
    scope: 'openid,AdobeID',
  }),
} as const;

/** A secret's row as ListSecrets shows it. */
export interface Row {
  readonly ARN: string;
  readonly Name: string;
  readonly CreatedDate: number;
  readonly LastChangedDate: number;
  readonly SecretVersionsToStages: Readonly<Record<string, readonly string[]>>;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** The rows of a credential whose token ends in that many seconds. */
export function rowsOf(credential: string, secondsLeft: number): readonly [Row, Row] {
  const client = secretName(prefix, credential, 'client');
  const token = secretName(prefix, credential, 'token');
  const clientArn = `${root}:${client}-aBcDeF`;
  const now = Math.floor(Date.now() / 1000);
  const id = encodeVersionId(
    {
      expiresAt: epochSeconds(now + secondsLeft),
      lifetime,
      fingerprint: fingerprint(digest, clientArn, clientVersionId, {}),
    },
    digest(credential),
  );
  const common = { CreatedDate: now - 864_000, LastChangedDate: now - lifetime, Tags: [] };
  const current = ['AWSCURRENT'];
  return [
    {
      ...common,
      ARN: clientArn,
      Name: client,
      SecretVersionsToStages: { [clientVersionId]: current },
    },
    {
      ...common,
      ARN: `${root}:${token}-aBcDeF`,
      Name: token,
      SecretVersionsToStages: { [id]: current },
    },
  ];
}
