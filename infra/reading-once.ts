import {
  Annotations,
  AspectPriority,
  Aspects,
  CfnResource,
  type IAspect,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ReadableToken } from './token-readers.ts';

/** Warns, at synthesis, about every resource of the stage that reads this token only once. */
export function warnOfReadingOnce(token: ReadableToken): void {
  const stage = Stage.of(token.scope);
  if (stage === undefined) return;
  const present = Aspects.of(stage).all.find((aspect) => aspect instanceof ReadingOnce);
  const aspect = present ?? new ReadingOnce();
  if (present === undefined) Aspects.of(stage).add(aspect, { priority: AspectPriority.READONLY });
  aspect.tokens.push(token);
}

interface Resource {
  readonly Type: string;
  readonly Properties?: unknown;
}

/**
 * Looks into the finished resources: no object of CDK sees both `ecs.Secret`, which knows an ARN only,
 * and a dynamic reference, which is text.
 */
class ReadingOnce implements IAspect {
  readonly tokens: ReadableToken[] = [];
  readonly #patterns = new Map<ReadableToken, Patterns>();

  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    const { Type, Properties } = resourceOf(node);
    const whole = JSON.stringify(Properties ?? {});
    const atStart = secretsAtStart(Type, Properties);
    for (const token of this.tokens) {
      const { mention, reference } = this.#patternsOf(token);
      if (mention.test(atStart)) warnOfStart(node, token.secretName);
      if (reference.test(whole)) warnOfDeployment(node, token.secretName, Type);
    }
  }

  #patternsOf(token: ReadableToken): Patterns {
    const patterns = this.#patterns.get(token) ?? patternsOf(token);
    this.#patterns.set(token, patterns);
    return patterns;
  }
}

/** The resource as the template will have it. CDK's own checks use this method too. */
function resourceOf(node: CfnResource): Resource {
  const fragment = (node as unknown as { _toCloudFormation(): object })._toCloudFormation();
  // CDK leaves some resources out of the template, for example a policy that has no statements.
  const { Resources = {} } = Stack.of(node).resolve(fragment) as {
    readonly Resources?: Readonly<Record<string, Resource>>;
  };
  return Object.values(Resources)[0] ?? { Type: '' };
}

/** The part of a long-running container's definition whose secrets are read when it starts. */
function secretsAtStart(type: string, properties: unknown): string {
  if (!/^AWS::(ECS|AppRunner)::/.test(type)) return '';
  const found: unknown[] = [];
  JSON.stringify(properties, (key, value) => {
    if (key === 'Secrets' || key === 'RuntimeEnvironmentSecrets') found.push(value);
    return value;
  });
  return JSON.stringify(found);
}

interface Patterns {
  /** Matches the token secret's ARN. */
  readonly mention: RegExp;
  /** Matches a dynamic reference to the token secret. */
  readonly reference: RegExp;
}

function patternsOf({ secret, secretName }: ReadableToken): Patterns {
  const name = secretName.replaceAll(/[.+]/g, String.raw`\$&`);
  const end = String.raw`(?:-[A-Za-z0-9]{6}|-\?{6})?(?![\w/+=.@-])`;
  const { Ref } = Stack.of(secret).resolve(secret.secretArn) as { Ref?: string };
  // Other stacks refer to it in this way too, until CDK resolves references between stacks.
  const own = Ref === undefined ? [] : [`"Ref":"${Ref}"`, String.raw`\$\{${Ref}\}`];
  const mention = [`:secret:${name}${end}`, ...own].join('|');
  const start = String.raw`\{\{resolve:secretsmanager:`;
  return {
    mention: new RegExp(mention),
    reference: new RegExp(
      String.raw`${start}(?:(?:(?!\}\}).)*?(?:${mention})|${name}(?![\w/+=.@-]))`,
    ),
  };
}

function warnOfStart(node: IConstruct, secretName: string): void {
  Annotations.of(node).addWarningV2(
    'ims-token-rotator:tokenAtStart',
    `a container reads the access token in ${secretName} only when it starts, so its calls fail ` +
      'once that token has expired; let its code read the secret (grantRead, and ' +
      'ims-token-rotator/client or any AWS SDK), or redeploy the service by onTokenRenewed and ' +
      'acknowledge this warning',
  );
}

function warnOfDeployment(node: IConstruct, secretName: string, type: string): void {
  const where = type === 'AWS::Lambda::Function' ? 'this function' : 'this resource';
  Annotations.of(node).addWarningV2(
    'ims-token-rotator:tokenAtDeployment',
    `a dynamic reference copies the access token in ${secretName} into ${where} at deployment, ` +
      'where anybody who can describe it can read it, and never updates it; pass the secret’s ARN ' +
      '(tokenSecret.secretArn) instead, and let the code read the secret (grantRead, and ' +
      'ims-token-rotator/client or any AWS SDK)',
  );
}
