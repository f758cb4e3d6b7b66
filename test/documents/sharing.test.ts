import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { jsonOf, read, sectionsOf, sourcesIn } from '../support/document.ts';
import { resolve, type Statement } from '../support/iam.ts';

const reference = read('docs/reference.md');
const section = sectionsOf(reference, '##').get('Reading from another account or Region') ?? '';

/** The conditions, with the texts of intrinsic functions. */
function literal({ Condition }: Statement): Pick<Statement, 'Condition'> {
  if (Condition === undefined) return {};
  const operators = Object.entries(Condition).map(([operator, keys]) => {
    const entries = Object.entries(keys).map(([key, value]) => [key, resolve(value)]);
    return [operator, Object.fromEntries(entries)];
  });
  return { Condition: Object.fromEntries(operators) };
}

it('the reference shows the statements that readerAccounts adds', () => {
  const env = { account: '111122223333', region: 'us-east-1' };
  const stack = new Stack(new App(), 'Apps', { env });
  const encryptionKey = new Key(stack, 'Key');
  new ImsTokenRotator(stack, 'Rotator').addCredential('fusion', {
    encryptionKey,
    readerAccounts: ['444455556666'],
  });
  const template = Template.fromStack(stack);
  const added = [
    ['AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy'],
    ['AWS::KMS::Key', 'KeyPolicy'],
  ]
    .flatMap(([type = '', policy = '']) =>
      Object.values(template.findResources(type)).flatMap(
        ({ Properties }): Statement[] => Properties[policy].Statement,
      ),
    )
    .map((statement) => {
      const { AWS } = statement.Principal as { readonly AWS: unknown };
      return { ...statement, ...literal(statement), Principal: { AWS: resolve(AWS) } };
    })
    .filter(({ Principal }) => Principal.AWS.includes('444455556666'));
  const [shown = ''] = jsonOf(section);
  expect(JSON.parse(shown)).toEqual(added);
});

it('the reference lists every warning of the construct', () => {
  const ids = [...sourcesIn('infra').matchAll(/'(ims-token-rotator:[a-z]+[A-Z]\w+)'/g)];
  expect(ids).toHaveLength(4);
  for (const [, id = ''] of ids) expect(reference).toContain(`\`${id}\``);
});

it('the reference lists every property of ImsCredential.fromName', () => {
  const [, props = ''] = read('infra/ims-credential-props.ts').split('ImsCredentialFromNameProps');
  const [, table = ''] = reference.split('| `ImsCredential.fromName(scope, id, props)`');
  const [rows = ''] = table.split('| `credential.');
  const names = [...(props.split('\n}')[0] ?? '').matchAll(/readonly (\w+)\??:/g)];
  expect(names.length).toBeGreaterThan(5);
  for (const [, name = ''] of names) expect(rows).toContain(`\`${name}\``);
});
