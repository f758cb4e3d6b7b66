import { chmod, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { onTestFinished } from 'vitest';
import { defaultPrefix, secretName } from '../../core/contract.ts';
import { HttpServer, json } from '../../emulators/wire/http-server.ts';
import { read } from './document.ts';
import { clientEnvironment } from './foreign-clients.ts';
import { startRotator } from './start-rotator.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const rotatorName = 'ImsTokenRotator';
const credential = 'workfront-fusion';

/** The secret that the recipes read. */
export const tokenSecret = secretName(defaultPrefix(rotatorName), credential, 'token');

export const guide = read('docs/consumers.md');

export interface Recipe {
  /** The title of the section. */
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

/** Every piece of code in the guide, in order. */
export const recipes: readonly Recipe[] = [...guide.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
  ({ index, 1: language = '', 2: code = '' }) => ({
    title: [...guide.slice(0, index).matchAll(/^#{2,3} (.+)$/gm)].at(-1)?.[1] ?? '',
    language,
    code,
  }),
);

/** @throws Error unless the section has exactly one piece of code in this language */
export function recipe(title: string, language: string, having = ''): string {
  const found = recipes.filter(
    (each) => each.title === title && each.language === language && each.code.includes(having),
  );
  if (found.length !== 1) throw new Error(`${title} has ${found.length} recipes in ${language}`);
  return found[0]?.code ?? '';
}

// CDK brings a parser of YAML, so this project needs none of its own.
const yaml: {
  parseAllDocuments(text: string): { readonly errors: readonly Error[]; toJSON(): unknown }[];
} = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'))('yaml');

/** The documents of a text in YAML. @throws Error at the first mistake */
export function parseYaml(text: string): readonly Readonly<Record<string, never>>[] {
  return yaml.parseAllDocuments(text).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJSON() as Record<string, never>;
  });
}

/** The rotator of the guide with a fresh token, and all that its readers call. */
export async function startReaders() {
  const rotator = await startRotator({ rotator: rotatorName });
  const { aws, productApi, ims } = rotator.world;
  await rotator.onboard(credential);
  await rotator.invoke({ action: 'tick' });
  const current = async () => {
    const stored = await rotator.read(credential);
    if (stored === undefined) throw new Error('there is no token');
    return stored;
  };
  const environment = { ...clientEnvironment, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: aws.url };
  return {
    ...rotator,
    environment,
    current,
    /** A recipe that calls the stand-in for Fusion. */
    here: (code: string): string =>
      code
        .replaceAll('https://fusion.adobe.io', productApi.url)
        .replaceAll(
          'createImsFetch(reader)',
          `createImsFetch(reader, { origins: ['${productApi.url}'] })`,
        ),
    /** A URL that revokes the token and has it renewed when it is called. */
    renewal: () =>
      startServer(async () => {
        const { token, versionId } = await current();
        ims.revoke(String(token['access_token']));
        await rotator.invoke({ action: 'renew', credential, force: true, replaces: versionId });
        return json(200, {});
      }),
    /** The extension, or the agent, as far as a reader sees it. */
    cache: (token: string) =>
      startServer(async ({ url, headers }) => {
        if (headers['x-aws-parameters-secrets-token'] !== token) return { status: 403 };
        if (url.pathname !== '/secretsmanager/get') return { status: 404 };
        const SecretId = url.searchParams.get('secretId') ?? '';
        const value = await rotator.client.send(new GetSecretValueCommand({ SecretId }));
        return json(200, { SecretString: value.SecretString, VersionId: value.VersionId });
      }),
  };
}

/** @returns the URL of a server that stops with the test */
export async function startServer(
  handler: ConstructorParameters<typeof HttpServer>[0],
): Promise<string> {
  const server = new HttpServer(handler);
  await server.start();
  onTestFinished(() => server.stop());
  return server.url;
}

/**
 * A directory for PATH with the programs of a shell recipe, which write down their arguments. The
 * AWS CLI of Debian is older than AWS_ENDPOINT_URL, so it gets the endpoint as an argument.
 */
export async function recordedPrograms(programs: Readonly<Record<string, string>>) {
  const directory = await temporaryDirectory();
  const log = join(directory, 'arguments');
  await writeFile(log, '');
  for (const [name, path] of Object.entries(programs)) {
    const endpoint = name === 'aws' ? ' --endpoint-url "$AWS_ENDPOINT_URL"' : '';
    const script = `#!/bin/sh
printf '%s\\n' "$@" >> '${log}'
PATH='${clientEnvironment.PATH}' exec '${path}'${endpoint} "$@"
`;
    await writeFile(join(directory, name), script);
    await chmod(join(directory, name), 0o755);
  }
  return { directory, log };
}
