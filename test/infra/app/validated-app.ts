import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { addValidations } from '../../../infra/app/validations.ts';

const cdkJson: { context: Record<string, unknown> } = JSON.parse(
  readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'),
);

export interface Finding {
  readonly rule: string;
  readonly description: string;
  readonly path: string;
}

export interface Synthesis {
  readonly passed: boolean;
  readonly errors: readonly Finding[];
  /** What the construct acknowledges of AwsSolutions. */
  readonly acknowledged: readonly Finding[];
}

export interface SynthesisOptions {
  /** Added to the context of `cdk.json`. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Adds the project's own validations. @default true */
  readonly validations?: boolean | undefined;
  /** The folder of Guard rules. @default the project's own */
  readonly guardFolder?: string | undefined;
}

interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly severity: string;
  readonly violatingConstructs: readonly { readonly constructPath?: string | undefined }[];
}

/** Synthesises an app as `cdk synth` does, and reports what the validations found. */
export function synthesise(build: (app: App) => void, options: SynthesisOptions = {}): Synthesis {
  const app = new App({ context: { ...cdkJson.context, ...options.context } });
  build(app);
  if (options.validations ?? true) addValidations(app, options.guardFolder);
  let passed = true;
  try {
    app.synth();
  } catch (error) {
    if ((error as Error).name !== 'ValidationFailed') throw error;
    passed = false;
  }
  const report: {
    readonly pluginReports: readonly { readonly violations: readonly Violation[] }[];
  } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  return {
    passed,
    errors: findings(
      report.pluginReports
        .flatMap(({ violations }) => violations)
        .filter(({ severity }) => severity === 'error'),
    ),
    acknowledged: acknowledgements(app),
  };
}

function acknowledgements(app: App): Finding[] {
  const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === key)
      .flatMap(({ data }) => Object.entries<string>(data))
      .filter(([rule]) => rule.startsWith('AwsSolutions-'))
      .map(([rule, description]) => ({ rule, description, path: node.path })),
  );
}

function findings(violations: readonly Violation[]): Finding[] {
  return violations.flatMap(({ ruleName: rule, description, violatingConstructs }) =>
    violatingConstructs.map(({ constructPath: path = '' }) => ({ rule, description, path })),
  );
}

/** A stack of plain resources, by logical id. */
export function resources(
  app: App,
  declared: Readonly<Record<string, readonly [type: string, properties: object]>>,
): void {
  const stack = new Stack(app, 'S');
  for (const [id, [type, properties]] of Object.entries(declared)) {
    new CfnResource(stack, id, { type, properties: { ...properties } });
  }
}
