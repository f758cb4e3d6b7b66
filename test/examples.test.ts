import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ImsEmulator } from '../emulators/ims/emulator.ts';
import { ProductApiEmulator } from '../emulators/ims/product-api.ts';
import { LambdaEmulator } from '../emulators/lambda/emulator.ts';
import { SecretsManagerEmulator } from '../emulators/secrets-manager/emulator.ts';
import type { Authorize } from '../emulators/wire/authorization.ts';
import { read, root } from './support/document.ts';
import { Examples, type Synth } from './support/example.ts';
import { actionsOf, isAllowed, roleStatements, type Statement } from './support/iam.ts';

const names = ['cross-account-consumer', 'ecs-service', 'lambda-consumer'];
const producer = '111122223333';
const consumer = '444455556666';

let examples: Examples;

beforeAll(async () => {
  examples = await Examples.copy();
});

afterAll(() => examples[Symbol.asyncDispose]());

it('the examples are the ones that these tests know', () => {
  // That of Terraform is read in test/package/.
  expect(readdirSync(join(root, 'examples')).sort()).toEqual([...names, 'terraform']);
});

describe.each(names)('the example %s', (name) => {
  it('compiles as a project of its own', async () => {
    expect(await examples.typecheck(name)).toBe('');
  });

  it('depends on this version of the package, and on the CDK and the Node.js that it needs', () => {
    const { version, peerDependencies, devDependencies, engines } = JSON.parse(
      read('package.json'),
    );
    const example = JSON.parse(read(`examples/${name}/package.json`));
    expect(example.engines).toEqual(engines);
    expect(example.dependencies).toEqual({
      'aws-cdk-lib': peerDependencies['aws-cdk-lib'],
      constructs: peerDependencies.constructs,
      'ims-token-rotator': `file:ims-token-rotator-${version}.tgz`,
    });
    for (const [tool, range] of Object.entries(example.devDependencies)) {
      expect(range, tool).toBe(devDependencies[tool]);
    }
  });

  it('synthesises without a warning', async () => {
    const synth = await examples.synthesised(name);
    expect(await synth.annotations()).toEqual([]);
  });
});

/** The environment of the function that calls Fusion. */
function environmentOf(template: Template): Record<string, unknown> {
  const [reader] = Object.values(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Environment: { Variables: { FUSION_URL: 'https://fusion.adobe.io' } } },
    }),
  );
  return reader?.['Properties'].Environment.Variables;
}

/** Runs the bundled function in the embedded world, where its secret is at the given ARN. */
async function listScenarios(
  synth: Synth,
  template: Template,
  { authorize }: { readonly authorize?: Authorize } = {},
): Promise<unknown> {
  const secretsManager = new SecretsManagerEmulator({ authorize });
  const ims = new ImsEmulator();
  const fusion = new ProductApiEmulator(ims);
  const lambda = new LambdaEmulator();
  await Promise.all([secretsManager, ims, fusion, lambda].map((server) => server.start()));
  onTestFinished(async () => {
    await lambda.stop();
    await Promise.all([secretsManager, ims, fusion].map((server) => server.stop()));
  });
  const client = { clientId: 'fusion', clientSecrets: ['s'], scopes: ['openid'] };
  ims.registerClient(client);
  const arn = secretsManager.seed({
    name: 'ims-token-rotator/team/fusion/token',
    arnSuffix: 'AbCdEf',
    secretString: JSON.stringify({
      access_token: await mint(ims.url),
      client_id: 'fusion',
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    }),
  });
  const variables = environmentOf(template);
  lambda.createFunction({
    functionName: 'list-scenarios',
    bundle: join(synth.directory, bundleOf(template), 'index.mjs'),
    timeoutSeconds: 30,
    environment: {
      ...(variables as Record<string, string>),
      // A reference, if the secret is of the same stack.
      TOKEN_SECRET_ARN:
        typeof variables['TOKEN_SECRET_ARN'] === 'string' ? variables['TOKEN_SECRET_ARN'] : arn,
      FUSION_URL: fusion.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
    },
  });
  return (await lambda.invoke('list-scenarios', {})).payload;
}

async function mint(imsUrl: string): Promise<string> {
  const response = await fetch(`${imsUrl}/ims/token/v3`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'fusion',
      client_secret: 's',
      scope: 'openid',
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

function bundleOf(template: Template): string {
  const [reader] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.handler' } }),
  ).filter(({ Properties }) => Properties.Environment?.Variables.FUSION_URL !== undefined);
  return `asset.${String(reader?.['Properties'].Code.S3Key).replace(/\.zip$/, '')}`;
}

describe('the Lambda consumer', () => {
  it('calls Fusion with the token, from the bundle that it deploys', async () => {
    const synth = await examples.synthesised('lambda-consumer');
    const template = await synth.template('LambdaConsumer');
    expect(environmentOf(template)['TOKEN_SECRET_ARN']).toEqual({
      Ref: expect.stringMatching(/^RotatorCredentialsfusionTokenSecret/),
    });
    expect(await listScenarios(synth, template)).toEqual(['Sync projects', 'Send proofs']);
  });
});

describe('the ECS service', () => {
  it('is redeployed when its token is renewed, by a role that may do nothing else to ECS', async () => {
    const synth = await examples.synthesised('ecs-service');
    const template = await synth.template('Service');
    const [service = ''] = Object.keys(template.findResources('AWS::ECS::Service'));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'detail-type': ['Secret Label Updated'],
        detail: { labelUpdated: ['AWSCURRENT'], name: ['ims-token-rotator/Rotator/fusion/token'] },
      },
      Targets: [
        {
          Input: {
            'Fn::Join': [
              '',
              Match.arrayWith([
                Match.stringLikeRegexp('"service":"ECS","action":"updateService"'),
                { 'Fn::GetAtt': [service, 'Name'] },
                Match.stringLikeRegexp('"forceNewDeployment":true'),
              ]),
            ],
          },
        },
      ],
    });
    const ecs = roleStatements(template).filter((statement) =>
      actionsOf(statement).some((action) => action.startsWith('ecs:')),
    );
    expect(ecs).toEqual([
      { Effect: 'Allow', Action: 'ecs:UpdateService', Resource: { Ref: service } },
    ]);
  });

  it('warns if the warning is not acknowledged', async () => {
    const file = join(examples.directory, 'ecs-service/lib/service-stack.ts');
    const code = await readFile(file, 'utf8');
    onTestFinished(() => writeFile(file, code));
    await writeFile(file, code.replace("'ims-token-rotator:tokenAtStart'", "'another'"));
    const synth = await examples.synthesise('ecs-service');
    expect(await synth.annotations()).toEqual([
      expect.stringContaining('[ack: ims-token-rotator:tokenAtStart]'),
    ]);
  });
});

describe('the consumer in another account', () => {
  const settings = async () => JSON.parse(read('examples/cross-account-consumer/cdk.json')).context;

  /** The statements that must all allow a read, by the policy that they are in. */
  async function statements(synth: Synth): Promise<Record<string, readonly Statement[]>> {
    const [there, here] = await Promise.all([
      synth.template('Producer'),
      synth.template('Consumer'),
    ]);
    const ofReader = ({ Principal }: Statement): boolean =>
      JSON.stringify(Principal).includes(`:iam::${consumer}:root`);
    const policies = (template: Template, type: string, property: string): readonly Statement[] =>
      Object.values(template.findResources(type)).flatMap(
        ({ Properties }) => Properties[property].Statement,
      );
    return {
      'its role': roleStatements(here),
      'the secret': policies(there, 'AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy').filter(
        ofReader,
      ),
      'the key': policies(there, 'AWS::KMS::Key', 'KeyPolicy').filter(ofReader),
    };
  }

  /** Decides as AWS does between accounts: both of them must allow it. */
  function decide(policies: Record<string, readonly Statement[]>, keyArn: string): Authorize {
    const { 'its role': role = [], 'the secret': secret = [], 'the key': key = [] } = policies;
    return (action, resource) => {
      const context = {
        'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
        'kms:EncryptionContext:SecretARN': resource,
      };
      return (
        isAllowed(role, action, resource, {}) &&
        isAllowed(secret, action, resource, {}) &&
        isAllowed(role, 'kms:Decrypt', keyArn, context) &&
        isAllowed(key, 'kms:Decrypt', keyArn, context)
      );
    };
  }

  it('calls Fusion with the token, which both accounts let it read', async () => {
    const synth = await examples.synthesised('cross-account-consumer');
    const { tokenKeyArn } = await settings();
    const authorize = decide(await statements(synth), tokenKeyArn);
    const template = await synth.template('Consumer');
    expect(environmentOf(template)['TOKEN_SECRET_ARN']).toContain(`:${producer}:secret:`);
    expect(await listScenarios(synth, template, { authorize })).toHaveLength(2);
  });

  it.each(['its role', 'the secret', 'the key'])(
    'is denied without the policy of %s',
    async (one) => {
      const synth = await examples.synthesised('cross-account-consumer');
      const { tokenKeyArn, tokenSecretArn } = await settings();
      const policies = await statements(synth);
      const read = 'secretsmanager:GetSecretValue';
      expect(await decide(policies, tokenKeyArn)(read, tokenSecretArn, {})).toBe(true);
      const less = decide({ ...policies, [one]: [] }, tokenKeyArn);
      expect(await less(read, tokenSecretArn, {})).toBe(false);
    },
  );
});
