import {
  Annotations,
  App,
  Aspects,
  CfnResource,
  Fn,
  type IAspect,
  SecretValue,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { Annotations as Found, Match } from 'aws-cdk-lib/assertions';
import { CfnService } from 'aws-cdk-lib/aws-apprunner';
import {
  ContainerImage,
  Secret as EcsSecret,
  FargateTaskDefinition,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImsCredential, ImsTokenRotator } from '../../infra/index.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const atStart = 'ims-token-rotator:tokenAtStart';
const atDeployment = 'ims-token-rotator:tokenAtDeployment';

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Apps', { env });
});

/** A credential of each kind: of this stack, of another stack of the app, and of no stack. */
const credentials: readonly [string, () => ImsCredential][] = [
  ['that its stack declares', () => new ImsTokenRotator(stack, 'Rotator').addCredential('fusion')],
  [
    'that another stack declares',
    () => new ImsTokenRotator(new Stack(app, 'Other', { env }), 'Rotator').addCredential('fusion'),
  ],
  [
    'that a stack of another Region declares',
    () => {
      const there = { ...env, region: 'us-east-1' };
      const other = new Stack(app, 'Other', { env: there });
      return new ImsTokenRotator(other, 'Rotator').addCredential('fusion');
    },
  ],
  [
    'that is referenced by name',
    () => ImsCredential.fromName(stack, 'Fusion', { rotatorName: 'Other', name: 'fusion' }),
  ],
];

const add = (): ImsCredential => new ImsTokenRotator(stack, 'Rotator').addCredential('fusion');

function runTask(secret: ISecret, field?: string): FargateTaskDefinition {
  const task = new FargateTaskDefinition(stack, 'Task');
  task.addContainer('app', {
    image: ContainerImage.fromRegistry('app'),
    secrets: { TOKEN: EcsSecret.fromSecretsManager(secret, field) },
  });
  return task;
}

function addFunction(environment: Record<string, string>): LambdaFunction {
  return new LambdaFunction(stack, 'Reader', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('x'),
    environment,
  });
}

/** The warnings about tokens: the path and the text of each. */
function warnings(): readonly { readonly path: string; readonly text: string }[] {
  return Found.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('ims-token-rotator:'))
    .map(({ id, entry }) => ({ path: id, text: String(entry.data) }));
}

/** A warning, by its path, the id that acknowledges it, and a part of its text. */
const warning = (path: string, id: string, part = '') => ({
  path,
  text: expect.stringMatching(new RegExp(`${part}.*\\[ack: ${id}\\]$`)),
});

describe('a token secret', () => {
  it.each(credentials)('warns when an ECS task reads one %s at its start', (_, credential) => {
    runTask(credential().tokenSecret, 'access_token');
    expect(warnings()).toEqual([
      warning(
        '/Apps/Task/Resource',
        atStart,
        '^a container reads the access token in ims-.*Renewed',
      ),
    ]);
  });

  it.each(credentials)('warns when a dynamic reference copies one %s', (_, credential) => {
    const { tokenSecret } = credential();
    const Token = tokenSecret.secretValueFromJson('access_token').unsafeUnwrap();
    new CfnResource(stack, 'Api', { type: 'Custom::Api', properties: { Token } });
    expect(warnings()).toEqual([warning('/Apps/Api', atDeployment)]);
  });

  it.each<[string, (secret: ISecret) => string]>([
    ['secretValue', (secret) => secret.secretValue.unsafeUnwrap()],
    ['its ARN', ({ secretArn }) => SecretValue.secretsManager(secretArn).unsafeUnwrap()],
    ['its key', (secret) => `{{resolve:secretsmanager:${secret.cfnDynamicReferenceKey()}}}`],
    ['its name', ({ secretName }) => SecretValue.secretsManager(secretName).unsafeUnwrap()],
    [
      'its literal name',
      () => SecretValue.secretsManager('ims-token-rotator/Apps/fusion/token').unsafeUnwrap(),
    ],
    [
      'a sentence about it',
      (secret) => `Bearer ${secret.secretValueFromJson('access_token').unsafeUnwrap()}`,
    ],
    ['JSON text', (secret) => stack.toJsonString({ token: secret.secretValue.unsafeUnwrap() })],
    [
      'Fn::Sub',
      ({ node }) => {
        const id = stack.resolve(stack.getLogicalId(node.defaultChild as CfnResource));
        return Fn.sub(`{{resolve:secretsmanager:\${${id}}:SecretString:access_token}}`);
      },
    ],
  ])('warns when a Lambda function has it in its environment, by %s', (_, refer) => {
    addFunction({ TOKEN: refer(add().tokenSecret) });
    expect(warnings()).toEqual([
      warning('/Apps/Reader/Resource', atDeployment, 'into this function at deployment'),
    ]);
  });

  it('warns when an ECS container has it in its environment', () => {
    const { tokenSecret } = add();
    const TOKEN = tokenSecret.secretValue.unsafeUnwrap();
    new FargateTaskDefinition(stack, 'Task').addContainer('app', {
      image: ContainerImage.fromRegistry('app'),
      environment: { TOKEN },
    });
    expect(warnings()).toEqual([warning('/Apps/Task/Resource', atDeployment)]);
  });

  it('warns when an App Runner service reads it at its start', () => {
    const { tokenSecret } = add();
    new CfnService(stack, 'Service', {
      sourceConfiguration: {
        imageRepository: {
          imageIdentifier: 'app',
          imageRepositoryType: 'ECR',
          imageConfiguration: {
            runtimeEnvironmentSecrets: [{ name: 'TOKEN', value: tokenSecret.secretArn }],
          },
        },
      },
    });
    expect(warnings()).toEqual([warning('/Apps/Service', atStart)]);
  });

  it('warns in a stage too, and about what an aspect adds', () => {
    const stage = new Stage(app, 'Prod', { env });
    stack = new Stack(stage, 'Apps');
    const { tokenSecret } = add();
    const reader = addFunction({});
    const aspect: IAspect = {
      visit: (node) => {
        if (node === reader) reader.addEnvironment('TOKEN', tokenSecret.secretValue.unsafeUnwrap());
      },
    };
    Aspects.of(stage).add(aspect);
    expect(warnings()).toEqual([warning('/Prod/Apps/Reader/Resource', atDeployment)]);
  });

  it('warns once about each credential of a resource', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    const token = (name: string): string =>
      rotator.addCredential(name).tokenSecret.secretValueFromJson('access_token').unsafeUnwrap();
    const [one, two] = [token('one'), token('two')];
    addFunction({ ONE: one, AGAIN: one, TWO: two });
    expect(warnings()).toHaveLength(2);
  });
});

describe('the warning', () => {
  it('can be acknowledged where it is', () => {
    const credential = add();
    const task = runTask(credential.tokenSecret);
    Annotations.of(task).acknowledgeWarning(atStart, 'redeployed at each renewal');
    addFunction({ TOKEN: credential.tokenSecret.secretValue.unsafeUnwrap() });
    expect(warnings()).toEqual([warning('/Apps/Reader/Resource', atDeployment)]);
  });

  it('can be acknowledged for a whole stack', () => {
    addFunction({ TOKEN: add().tokenSecret.secretValue.unsafeUnwrap() });
    Annotations.of(stack).acknowledgeWarning(atDeployment);
    expect(warnings()).toEqual([]);
  });
});

describe('no warning is raised', () => {
  it.each(credentials)('when code reads the token of a credential %s', (_, of) => {
    const credential = of();
    const { secretArn, secretName } = credential.tokenSecret;
    const reader = addFunction({ TOKEN_SECRET_ARN: secretArn, TOKEN_SECRET_NAME: secretName });
    const task = new FargateTaskDefinition(stack, 'Task');
    task.addContainer('app', {
      image: ContainerImage.fromRegistry('app'),
      environment: { TOKEN_SECRET_ARN: secretArn },
      logging: LogDriver.awsLogs({ streamPrefix: 'app' }),
    });
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ecs.amazonaws.com') });
    for (const grantee of [reader, task.taskRole, role]) credential.grantRead(grantee);
    expect(warnings()).toEqual([]);
  });

  it('about a resource that CDK leaves out of the template, such as a policy without statements', () => {
    add();
    new Policy(stack, 'Empty');
    expect(() => app.synth()).not.toThrow();
  });

  it('about another secret', () => {
    const { tokenSecret } = add();
    const password = new Secret(stack, 'Password');
    const longer = Secret.fromSecretNameV2(stack, 'L', 'ims-token-rotator/Apps/fusion/token/old');
    runTask(password as ISecret, 'password');
    addFunction({
      OTHER: `${password.secretValue.unsafeUnwrap()} and ${tokenSecret.secretArn}`,
      LONGER: longer.secretValue.unsafeUnwrap(),
    });
    expect(warnings()).toEqual([]);
  });
});
