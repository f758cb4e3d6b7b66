import { parseKnownFiles } from '@smithy/core/config';

/** Why no case need be run: the SDK would go on without a profile that is in no file. */
export async function problemOfProfiles(
  profiles: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const known = await parseKnownFiles({});
  for (const [source, name = ''] of Object.entries(profiles)) {
    if (name !== '' && !Object.hasOwn(known, name))
      return `${source} names the profile ${name}, which is unknown here: \`aws configure list-profiles\` shows those that there are.`;
  }
  return undefined;
}
