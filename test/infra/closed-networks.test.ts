import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { ImsTokenRotator, type ImsTokenRotatorProps } from '../../infra/index.ts';
import { parseSettings } from '../../infra/settings.ts';
import { PrivateCa } from '../support/certificates.ts';
import { actionsOf, roleStatements, statementsOf } from '../support/iam.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const url = 'http://proxy.example.com:8080';
const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:proxy-AbCdEf';
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Apps', { env });
});

function templateOf(props: ImsTokenRotatorProps): Template {
  new ImsTokenRotator(stack, 'Rotator', props);
  return Template.fromStack(stack);
}

function functionOf(template: Template) {
  const [definition] = Object.values(template.findResources('AWS::Lambda::Function'));
  const { Layers, Environment } = definition?.['Properties'] ?? {};
  return { layers: Layers, variables: Environment.Variables };
}

const secret = () => Secret.fromSecretCompleteArn(stack, 'ProxySecret', secretArn);

describe('a proxy', () => {
  it('is a setting of cdk.json too', () => {
    const settings = { proxy: { url, secretArn, secretKeyArn: keyArn, exceptions: ['a.test'] } };
    const app = new App();
    const template = Template.fromStack(
      new ImsTokenRotatorStack(app, 'prod', { settings: parseSettings(settings), env }),
    );
    expect(functionOf(template).variables).toMatchObject({
      HTTPS_PROXY: url,
      IMS_TOKEN_ROTATOR_PROXY_SECRET: secretArn,
    });
    const allowed = statementsOf(roleStatements(template), 'secretsmanager', 'kms');
    expect(allowed.filter(({ Resource }) => Resource === secretArn).map(actionsOf)).toEqual([
      ['secretsmanager:GetSecretValue'],
    ]);
    expect(allowed.filter(({ Resource }) => Resource === keyArn).map(actionsOf)).toEqual([
      ['kms:Decrypt'],
    ]);
  });

  it('without a password is in HTTPS_PROXY, with its exceptions', () => {
    const exceptions = ['.example.com', '10.0.0.7'];
    const template = templateOf({ proxy: { url, exceptions } });
    const { variables } = functionOf(template);
    expect(variables).toMatchObject({ HTTPS_PROXY: url, NO_PROXY: '.example.com,10.0.0.7' });
    expect(variables).not.toHaveProperty('IMS_TOKEN_ROTATOR_PROXY_SECRET');
  });

  it('with a password is not for Secrets Manager, where the password comes from', () => {
    const template = templateOf({ proxy: { url, credentials: secret(), exceptions: ['a.test'] } });
    expect(functionOf(template).variables).toMatchObject({
      HTTPS_PROXY: url,
      NO_PROXY: {
        'Fn::Join': ['', ['secretsmanager.eu-west-1.', { Ref: 'AWS::URLSuffix' }, ',a.test']],
      },
      IMS_TOKEN_ROTATOR_PROXY_SECRET: secretArn,
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: secretArn },
        ],
      },
    });
  });

  it('may have a password under a customer managed key, and in a secret of the stack', () => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
    const credentials = new Secret(stack, 'ProxySecret', { encryptionKey }) as ISecret;
    const template = templateOf({ proxy: { url, credentials } });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'kms:Decrypt',
            Condition: {
              StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' },
            },
            Effect: 'Allow',
            Resource: keyArn,
          },
        ],
      },
    });
  });

  it.each([
    'http://user:the-password@proxy.example.com:8080',
    'https://user@proxy.example.com',
    'http://@proxy.example.com',
  ])('cannot have a user name or password in its URL (%s)', (bad) => {
    const synthesize = (): unknown => templateOf({ proxy: { url: bad } });
    expect(synthesize).toThrow(/proxy\.url must have no user name.* name it in proxy\.credentials/);
    expect(synthesize).not.toThrow(bad);
  });

  it.each([
    'http://proxy.example.com:8080/proxy.pac',
    'http://proxy.example.com:8080?x=1',
    'socks5://proxy.example.com:1080',
    'proxy.example.com:8080',
  ])('cannot have the URL %s, which the error does not show', (bad) => {
    const synthesize = (): unknown => templateOf({ proxy: { url: bad } });
    expect(synthesize).toThrow('proxy.url must be the URL of a proxy, for example http://proxy');
    expect(synthesize).not.toThrow(bad);
  });

  it('may have a URL that is known at deployment only', () => {
    const parameter = StringParameter.valueForStringParameter(stack, '/network/proxy');
    expect(functionOf(templateOf({ proxy: { url: parameter } })).variables).toHaveProperty(
      'HTTPS_PROXY',
    );
  });

  it.each(['', 'a.test,b.test', 'a b', 'https://a.test'])('cannot except "%s"', (exception) => {
    expect(() => templateOf({ proxy: { url, exceptions: [exception] } })).toThrow(
      `proxy.exceptions: "${exception}" must be a host`,
    );
  });

  it('needs the complete ARN of its secret, in the same Region', () => {
    const byName = Secret.fromSecretNameV2(stack, 'ByName', 'proxy');
    expect(() => templateOf({ proxy: { url, credentials: byName } })).toThrow(
      'the secret of the proxy proxy is imported by name or partial ARN',
    );
    const elsewhere = secretArn.replace('eu-west-1', 'us-east-1');
    const credentials = Secret.fromSecretCompleteArn(stack, 'Elsewhere', elsewhere);
    const other = new Stack(new App(), 'Other', { env });
    expect(() => new ImsTokenRotator(other, 'Rotator', { proxy: { url, credentials } })).toThrow(
      'is in us-east-1, but the rotator is in eu-west-1',
    );
  });
});

describe('the certificate authorities of a company', () => {
  function directoryWith(files: Readonly<Record<string, string>>): string {
    const directory = mkdtempSync(join(tmpdir(), 'ca-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    return directory;
  }

  const { cert } = new PrivateCa();

  it('are a layer with nothing but that file, which Node.js reads', () => {
    const directory = directoryWith({
      'ca.pem': `The company\n${cert}${cert}`,
      'key.pem': 'secret',
      '.env': 'CLIENT_SECRET=secret',
    });
    for (const other of ['more', '.more']) {
      mkdirSync(join(directory, other));
      for (const name of ['ca.pem', '.credentials']) {
        writeFileSync(join(directory, other, name), 'secret');
      }
    }
    const template = templateOf({ caCertificates: join(directory, 'ca.pem') });
    const { layers, variables } = functionOf(template);
    expect(variables).toMatchObject({ NODE_EXTRA_CA_CERTS: '/opt/ca.pem' });
    const found = template.findResources('AWS::Lambda::LayerVersion');
    expect(layers).toEqual(Object.keys(found).map((Ref) => ({ Ref })));
    const [layer] = Object.values(found);
    const asset = String(layer?.['Properties'].Content.S3Key).replace(/\.zip$/, '');
    const { outdir } = App.of(stack) as App;
    expect(readdirSync(join(outdir, `asset.${asset}`), { recursive: true })).toEqual(['ca.pem']);
  });

  it('may be in a file that is a link', () => {
    const directory = directoryWith({ 'real.pem': cert });
    symlinkSync(join(directory, 'real.pem'), join(directory, 'ca.pem'));
    expect(() => templateOf({ caCertificates: join(directory, 'ca.pem') })).not.toThrow();
  });

  it('change nothing where there are none', () => {
    const template = templateOf({});
    template.resourceCountIs('AWS::Lambda::LayerVersion', 0);
    const { variables } = functionOf(template);
    for (const name of ['NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'NO_PROXY']) {
      expect(variables).not.toHaveProperty(name);
    }
  });

  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  it.each([
    ['ca.pem', undefined, 'cannot be read: ENOENT'],
    ['ca.pem', '0\u0082', 'holds no certificate in PEM form'],
    ['ca.pem', `${cert}${broken}`, 'has a broken certificate'],
    ['ca.pem', `${cert}-----BEGIN PRIVATE KEY-----\nAAAA\n`, 'holds a private key'],
    ['my ca!.pem', cert, 'needs a name of letters, digits and ._- only'],
  ])('cannot be in %s with the content %j', (name, text, problem) => {
    const directory = directoryWith(text === undefined ? {} : { [name]: text });
    expect(() => templateOf({ caCertificates: join(directory, name) })).toThrow(problem);
  });

  it('cannot be in a file that is longer than those of all browsers', () => {
    const directory = directoryWith({ 'ca.pem': `${cert}${' '.repeat(1_048_576)}` });
    expect(() => templateOf({ caCertificates: join(directory, 'ca.pem') })).toThrow(
      'ca.pem has more than 1048576 bytes',
    );
  });
});
