import { createImsFetch, createTokenReader } from 'ims-token-rotator/client';

const {
  TOKEN_SECRET_ARN = '',
  FUSION_URL = '',
  FUSION_ORGANIZATION_ID,
  FUSION_REGION,
} = process.env;

// Outside the handler, so that invocations share the cached token.
const reader = createTokenReader({
  secretId: TOKEN_SECRET_ARN,
  headers: { 'x-organization-id': FUSION_ORGANIZATION_ID, 'x-gw-region': FUSION_REGION },
});
const imsFetch = createImsFetch(reader, { origins: [FUSION_URL] });

/** The names of the scenarios in Workfront Fusion. */
export async function handler(): Promise<string[]> {
  const response = await imsFetch(`${FUSION_URL}/api/v3/scenarios`);
  if (!response.ok) throw new Error(`Fusion responded with status ${response.status}`);
  const { items } = (await response.json()) as { items: { name: string }[] };
  return items.map(({ name }) => name);
}
