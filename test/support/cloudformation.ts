/** A template of `npm run template`. */
export interface ParameterisedTemplate {
  readonly Parameters: Readonly<Record<string, ParameterDefinition>>;
  readonly Rules: Readonly<Record<string, { readonly Assertions: readonly Assertion[] }>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: string | number | undefined;
  readonly AllowedPattern?: string | undefined;
  readonly AllowedValues?: readonly unknown[] | undefined;
}

interface Assertion {
  readonly Assert: unknown;
  readonly AssertDescription: string;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>> | undefined;
  readonly Metadata?: unknown;
  readonly DependsOn?: string | readonly string[] | undefined;
  readonly Condition?: string | undefined;
}

type Values = Readonly<Record<string, string | number>>;

const absent = Symbol('AWS::NoValue');

/**
 * What CloudFormation makes of a template's parameters, rules and conditions. Whatever is known only
 * at deployment stays as it is.
 *
 * @throws Error where CloudFormation rejects the parameters
 */
export function fillIn(
  { Parameters, Rules, Conditions, Resources, Outputs }: ParameterisedTemplate,
  given: Values,
): { readonly Resources: Readonly<Record<string, Resource>>; readonly Outputs: unknown } {
  const unknown = Object.keys(given).filter((name) => !(name in Parameters));
  if (unknown.length > 0) throw new Error(`no such parameters: ${unknown.join(', ')}`);
  const values = new Map(
    Object.entries(Parameters).map(([name, definition]) => [
      name,
      parameterValue(name, definition, given[name]),
    ]),
  );
  const holds = (name: string): boolean => {
    if (!(name in Conditions)) throw new Error(`there is no condition ${name}`);
    return evaluate(Conditions[name]) === true;
  };
  const evaluate = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(evaluate).filter((one) => one !== absent);
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
    const call = others.length === 0 ? functions[key] : undefined;
    if (call !== undefined) return call(argument as never);
    const fields = Object.entries(value).map(([name, inner]) => [name, evaluate(inner)]);
    return Object.fromEntries(fields.filter(([, inner]) => inner !== absent));
  };
  const functions: Readonly<Record<string, (argument: never) => unknown>> = {
    Ref: (name: string) => (name === 'AWS::NoValue' ? absent : (values.get(name) ?? { Ref: name })),
    'Fn::Sub': (text: string) =>
      text
        .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
          if (!values.has(name)) throw new Error(`${text}: ${name} is no parameter`);
          return String(values.get(name));
        })
        .replaceAll('${!', '${'),
    'Fn::If': ([name, whether, otherwise]: [string, unknown, unknown]) =>
      evaluate(holds(name) ? whether : otherwise),
    'Fn::Equals': ([left, right]: [unknown, unknown]) => evaluate(left) === evaluate(right),
    'Fn::Not': ([one]: [unknown]) => evaluate(one) === false,
    'Fn::Or': (all: unknown[]) => all.map(evaluate).includes(true),
  };
  for (const { Assert, AssertDescription } of Object.values(Rules).flatMap(
    ({ Assertions }) => Assertions,
  )) {
    if (evaluate(Assert) !== true) throw new Error(AssertDescription);
  }
  const present = Object.entries(Resources).flatMap(([id, { Condition, ...resource }]) =>
    Condition === undefined || holds(Condition) ? [[id, evaluate(resource)]] : [],
  );
  return { Resources: Object.fromEntries(present), Outputs: evaluate(Outputs) };
}

function parameterValue(
  name: string,
  { Type, Default, AllowedPattern = '', AllowedValues }: ParameterDefinition,
  given: string | number | undefined,
): unknown {
  const value = given ?? Default;
  if (value === undefined) throw new Error(`the parameter ${name} has no value`);
  const isAllowed = AllowedValues === undefined || AllowedValues.includes(value);
  if (!isAllowed || !new RegExp(AllowedPattern).test(String(value))) {
    throw new Error(`the parameter ${name} cannot be ${value}`);
  }
  return Type.startsWith('List<') ? String(value).split(',') : value;
}

/** The names that a template refers to: parameters, resources and conditions. */
export function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' || key === 'Condition') {
      return typeof inner === 'string' ? [inner] : referencesIn(inner);
    }
    if (key === 'DependsOn') return [inner].flat() as string[];
    if (key === 'Fn::GetAtt') return [String(inner[0])];
    if (key === 'Fn::If') return [String(inner[0]), ...referencesIn(inner)];
    if (key === 'Fn::Sub') return [...String(inner).matchAll(/\$\{(\w+)\}/g)].map((m) => `${m[1]}`);
    return referencesIn(inner);
  });
}
