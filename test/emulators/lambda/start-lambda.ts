import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LambdaEmulator, type LambdaEmulatorOptions } from '../../../emulators/lambda/emulator.ts';
import type { FunctionDefinition } from '../../../emulators/lambda/environment.ts';

const functions = join(import.meta.dirname, 'functions');

/** The path of a fixture function. */
export const bundle = (name: string): string => join(functions, `${name}.mjs`);

/** A Lambda for one test, with a function for each of these exports of `functions/handlers.mjs`. */
export async function startLambda(
  exportNames: readonly string[] = [],
  {
    settings,
    ...options
  }: LambdaEmulatorOptions & { readonly settings?: Partial<FunctionDefinition> } = {},
): Promise<LambdaEmulator> {
  const lambda = new LambdaEmulator(options);
  for (const name of exportNames) {
    lambda.createFunction({
      functionName: name,
      bundle: bundle('handlers'),
      handler: `handlers.${name}`,
      timeoutSeconds: 20,
      ...settings,
    });
  }
  await lambda.start();
  onTestFinished(() => lambda.stop());
  return lambda;
}
