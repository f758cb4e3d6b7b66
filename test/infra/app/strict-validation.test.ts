import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { resources, synthesise } from './validated-app.ts';

vi.stubEnv('CDK_VALIDATION', 'true');

describe('rules that cannot be evaluated', () => {
  it.each([
    ['parse', 'rule X when {{{', "Failed to parse Guard file 'broken.guard'"],
    [
      'resolve a variable',
      'rule X { Resources == %nope }',
      'Could not resolve variable by name nope',
    ],
  ])('fail the synthesis: a file that does not %s', async (_, content, reason) => {
    const guardFolder = await temporaryDirectory();
    await writeFile(join(guardFolder, 'broken.guard'), content);
    const build = (app: App): void => resources(app, { Topic: ['AWS::SNS::Topic', {}] });
    const { passed, errors } = synthesise(build, { guardFolder });
    expect(passed).toBe(false);
    expect(errors).toContainEqual(
      expect.objectContaining({
        rule: 'RULES_ARE_EVALUATED',
        description: expect.stringContaining(reason),
      }),
    );
  });
});
