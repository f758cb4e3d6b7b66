/** The parts of a CloudFormation template that this project uses. */
export interface Template {
  readonly Description?: string | undefined;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, object>> | undefined;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>> | undefined;
  readonly DependsOn?: string | readonly string[] | undefined;
  readonly Condition?: string | undefined;
  readonly [attribute: string]: unknown;
}

/** The properties of every resource of a type. */
export function propertiesOf(
  { Resources }: Template,
  type: string,
): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(Resources)
    .filter((resource) => resource.Type === type)
    .map(({ Properties = {} }) => Properties);
}
