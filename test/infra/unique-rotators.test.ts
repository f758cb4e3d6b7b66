import { createRequire } from 'node:module';
import { App, type Environment, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator, type ImsTokenRotatorProps } from '../../infra/index.ts';

const ireland = { account: '111111111111', region: 'eu-west-1' };

/** Adds a rotator named `prod`, in a stack of its own. */
function add(scope: Construct, id: string, env?: Environment, props?: ImsTokenRotatorProps): Stack {
  const stack = new Stack(scope, id, env === undefined ? {} : { env });
  new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'prod', ...props });
  return stack;
}

function warningsOf(stack: Stack): number {
  const text = Match.stringLikeRegexp('ims-token-rotator:rotatorTwice');
  return Annotations.fromStack(stack).findWarning('*', text).length;
}

describe('two rotators with one name', () => {
  it('are refused in one account and Region', () => {
    const app = new App();
    add(app, 'First', ireland);
    expect(() => add(app, 'Second', ireland)).toThrow(
      'First/Rotator is also named "prod"; give one of them another rotatorName',
    );
  });

  it('are refused in one stack, and in its nested stacks, whatever its environment', () => {
    const stack = add(new App(), 'Apps');
    const name = { rotatorName: 'prod' };
    expect(() => new ImsTokenRotator(stack, 'Twice', name)).toThrow('is also named "prod"');
    const nested = new NestedStack(stack, 'Nested');
    expect(() => new ImsTokenRotator(nested, 'Twice', name)).toThrow('is also named "prod"');
  });

  it('are refused although npm installed two copies of the package', () => {
    const app = new App();
    add(app, 'First', ireland);
    const other = createRequire(import.meta.url)('../../dist/infra/index.js');
    expect(other.ImsTokenRotator).not.toBe(ImsTokenRotator);
    const stack = new Stack(app, 'Second', { env: ireland });
    expect(() => new other.ImsTokenRotator(stack, 'Rotator', { rotatorName: 'prod' })).toThrow(
      'First/Rotator is also named "prod"',
    );
  });

  it.each([
    ['account', { ...ireland, account: '222222222222' }],
    ['Region', { ...ireland, region: 'us-east-1' }],
    ['Region, whatever the account', { region: 'us-east-1' }],
  ])('are accepted if they differ in the %s', (_, env) => {
    const app = new App();
    add(app, 'First', ireland);
    expect(warningsOf(add(app, 'Second', env))).toBe(0);
  });

  it.each([
    ['neither environment is known', undefined, undefined],
    ['one environment is unknown', ireland, undefined],
    ['one account is unknown', ireland, { region: ireland.region }],
  ])('are a warning if %s', (_, first, second) => {
    const app = new App();
    add(app, 'First', first);
    expect(warningsOf(add(app, 'Second', second))).toBe(1);
  });

  it('are accepted in two stages, which are never compared', () => {
    const app = new App();
    const beta = new Stage(app, 'Beta', { env: ireland });
    const prod = new Stage(app, 'Prod', { env: ireland });
    const nested = new Stage(prod, 'Nested', { env: ireland });
    const stacks = [beta, prod, nested, app].map((scope) => add(scope, 'S', ireland));
    expect(stacks.map(warningsOf)).toEqual([0, 0, 0, 0]);
  });
});

describe('two rotators of which one has its secrets under the prefix of the other', () => {
  const nested = { rotatorName: 'other', prefix: 'ims-token-rotator/prod/more' };

  it('are refused in one account and Region', () => {
    const app = new App();
    add(app, 'First', ireland);
    expect(() => add(app, 'Second', ireland, nested)).toThrow(
      '"ims-token-rotator/prod/more" overlaps with "ims-token-rotator/prod" of First/Rotator',
    );
  });

  it('are a warning if an environment is unknown', () => {
    const app = new App();
    add(app, 'First');
    expect(warningsOf(add(app, 'Second', undefined, nested))).toBe(1);
  });

  it('are refused whatever the other apps are, if it is the prefix of all', () => {
    expect(() => add(new App(), 'Only', ireland, { prefix: 'ims-token-rotator' })).toThrow(
      'the prefix "ims-token-rotator" is that of every rotator: this one could read the secrets of all others',
    );
  });
});
