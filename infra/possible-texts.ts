import {
  type CfnParameter,
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  Token,
  Tokenization,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Stands for a text that is known only at the deployment. */
export const unknownText = '<unknown>';

/** Stands for what may be a wildcard; nothing at all is no condition, either. */
const anything = '*';

/** True if a value or a part of it is known only at synthesis. */
export function holdsToken(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).flat().some(holdsToken);
}

/** As in the template: text beside a function of CloudFormation is joined there. */
function join(left: unknown = '', right: unknown = ''): unknown {
  const areTexts = typeof left === 'string' && typeof right === 'string';
  return areTexts ? left + right : { 'Fn::Join': ['', [left, right]] };
}

/** A value that the app gives a parameter of the template as its default or allows it: a wildcard, if there is one. */
function likelyValue(token: IResolvable): string | undefined {
  if (!Reference.isReference(token)) return undefined;
  // Not by its class: an app may have CDK twice.
  const { default: usual, allowedValues = [] } = token.target as Partial<CfnParameter>;
  const texts = [usual, allowedValues].flat().filter((text) => typeof text === 'string');
  return texts.find((text) => /[*?]/.test(text)) ?? texts.find((text) => text !== '');
}

/** Looks behind tokens, but behind no reference, which some stacks cannot resolve. */
class Resolver extends DefaultTokenResolver {
  readonly #looksBehind: (token: IResolvable) => boolean;

  constructor(looksBehind: (token: IResolvable) => boolean) {
    super({ join });
    this.#looksBehind = looksBehind;
  }

  override resolveToken(
    token: IResolvable,
    context: IResolveContext,
    postProcessor: IPostProcessor,
  ): unknown {
    if (!this.#looksBehind(token)) return likelyValue(token) ?? unknownText;
    try {
      return super.resolveToken(token, context, postProcessor);
    } catch {
      // It throws in a template, too, so that none has it. A managed policy has such a principal.
      return unknownText;
    }
  }
}

/** A value before synthesis, with `unknownText` for each token: to resolve one could freeze it. */
export function withoutTokens<T>(scope: IConstruct, value: T): T {
  const resolver = new Resolver(() => false);
  return Tokenization.resolve(value, { scope, resolver, preparing: false });
}

/** A value as in the template, with `unknownText` for each reference to a resource, or what a parameter can become. */
export function asInTemplate<T>(scope: IConstruct, value: T): T {
  const resolver = new Resolver((token) => !Reference.isReference(token));
  return Tokenization.resolve(value, { scope, resolver, preparing: false });
}

/** The texts that a value in a template can become. */
export function possibleTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(possibleTexts);
  if (typeof value !== 'object' || value === null) return [''];
  const [name = '', argument] = Object.entries(value)[0] ?? [];
  const list: readonly unknown[] = [argument].flat();
  const [first, second] = list;
  switch (name) {
    case 'Ref':
      return [argument === 'AWS::NoValue' ? anything : unknownText];
    // The values of a mapping are the app's own.
    case 'Fn::FindInMap':
    case 'Fn::GetAtt':
    case 'Fn::GetStackOutput':
    case 'Fn::ImportValue':
      return [unknownText];
    case 'Fn::If':
    case 'Fn::Select':
      return list.slice(1).flatMap(possibleTexts);
    case 'Fn::Join':
      if (typeof first !== 'string' || !Array.isArray(second)) return [anything];
      return joined(second.map(possibleTexts), first);
    case 'Fn::Split':
      if (typeof first !== 'string') return [anything];
      return possibleTexts(second).flatMap((text) => text.split(first));
    case 'Fn::Sub':
      return typeof first === 'string' ? substituted(first, second ?? {}) : [anything];
    default:
      return [anything];
  }
}

const mostTexts = 1000;

function joined(parts: readonly (readonly string[])[], separator: string): readonly string[] {
  const [first = [''], ...rest] = parts;
  if (parts.reduce((count, part) => count * part.length, 1) > mostTexts) return [anything];
  return rest.reduce(
    (texts, part) => texts.flatMap((text) => part.map((next) => text + separator + next)),
    first,
  );
}

/** A policy variable is written with `!` in Fn::Sub. */
function substituted(text: string, values: object): readonly string[] {
  const named = new Map<string, unknown>(Object.entries(values));
  const parts = text.split(/\$\{([^}]*)\}/).map((part, index) => {
    if (index % 2 === 0) return [part];
    if (part.startsWith('!')) return [`\${${part.slice(1)}}`];
    return possibleTexts(named.get(part) ?? { Ref: part });
  });
  return joined(parts, '');
}
