import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { tagKeys } from '../core/contract.ts';
import type { ImsClient } from '../emulators/ims/client.ts';
import { sampleName, sampleScopes } from './sample-credential.ts';
import type { World } from './world.ts';

/**
 * Lets somebody begin and end an outage of the stand-in for IMS. A token lasts a day, so nothing would
 * fail for hours: the sample credential changes as the outage begins, and so has to be renewed in it.
 */
export function allowOutages(
  world: World,
  client: SecretsManagerClient,
  sample: Pick<ImsClient, 'scopes'>,
): void {
  world.ims.onOutage = async (begins) => {
    // Otherwise the requests so far, which a tag and the function's memory record, could hold up the
    // one that is to fail, or the one that is to succeed.
    await world.lambda.discardIdle(world.functionName);
    await client.send(
      new UntagResourceCommand({
        SecretId: world.secretId(sampleName, 'token'),
        TagKeys: [tagKeys.requested],
      }),
    );
    if (begins) await changeScopes(world, client, sample);
    else await world.runSchedules();
  };
}

/** Another set of scopes is another credential. Its client has both sets. */
async function changeScopes(
  world: World,
  client: SecretsManagerClient,
  { scopes }: Pick<ImsClient, 'scopes'>,
): Promise<void> {
  const SecretId = world.secretId(sampleName, 'client');
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  const document: { readonly scopes?: readonly string[] } = JSON.parse(SecretString);
  const hasAll = document.scopes?.length === scopes.length;
  const changed = { ...document, scopes: hasAll ? sampleScopes : scopes };
  await client.send(
    new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(changed, null, 2) }),
  );
}
