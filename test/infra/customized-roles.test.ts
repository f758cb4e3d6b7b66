import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { expect, it } from 'vitest';
import { ImsTokenRotator, type ImsTokenRotatorProps } from '../../infra/index.ts';
import { importedSecret, stackWithEnv } from './full-rotator.ts';

const roles = (own: string) => ({ [`Apps/${own}`]: 'adobe', 'Apps/Rotator/Tick/Role': 'tick' });

it.each<[string, boolean]>([
  ['Rotator/Function/Permissions/Role', false],
  ['Own', true],
])(
  'an app whose roles exist already has no IAM in its template, but a report: %s',
  async (id, isGiven) => {
    const app = new App();
    Role.customizeRoles(app, { usePrecreatedRoles: roles(id) });
    const stack = stackWithEnv(app);
    const assumedBy = new ServicePrincipal('lambda.amazonaws.com');
    const props: ImsTokenRotatorProps = isGiven
      ? { role: new Role(stack, 'Own', { assumedBy }) }
      : {};
    const rotator = new ImsTokenRotator(stack, 'Rotator', props);
    for (const name of ['one', 'two']) {
      const arn = `arn:aws:kms:eu-west-1:111122223333:key/${name}`;
      rotator.addCredential(name, {
        clientSecret: importedSecret(stack, name),
        encryptionKey: Key.fromKeyArn(stack, `Key-${name}`, arn),
      });
    }
    const { directory } = app.synth();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 0);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Role: {
        'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:role/adobe']],
      },
    });
    const report = await readFile(join(directory, 'iam-policy-report.txt'), 'utf8');
    for (const action of ['ListSecrets', 'GetSecretValue', 'PutSecretValue', 'TagResource']) {
      expect(report).toContain(`"secretsmanager:${action}"`);
    }
    expect(report).toContain('"kms:GenerateDataKey"');
    for (const name of ['one', 'two']) {
      expect(report).toContain(`:key/${name}"`);
      expect(report).toContain(`:secret:${name}-AbCdEf"`);
    }
    expect(report).toContain('"logs:PutLogEvents"');
    expect(report).toContain('"lambda:InvokeFunction"');
  },
);
