import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../infra/settings.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { hour } from '../support/builders.ts';
import { putToken } from '../support/credential.ts';
import {
  actionsOf,
  authorizeBy,
  type Statement,
  secretsManagerStatements,
} from '../support/iam.ts';
import { tick } from '../support/outcomes.ts';
import { seedCredential, seedDueCredential } from '../support/start-parts.ts';
import { startRotating } from '../support/start-rotating.ts';

/** Makes every kind of call that the function makes; true if none was denied. */
async function doEverything(statements: readonly Statement[]): Promise<boolean> {
  const byPolicy = authorizeBy(statements);
  const { parts, rotateSecret } = await startRotating(
    (seeded) => {
      seedDueCredential(seeded, 'foreign');
      seedCredential(seeded, 'fusion');
    },
    // The operator calls this one, not the function.
    {
      authorize: (action, ...call) => action.endsWith(':RotateSecret') || byPolicy(action, ...call),
    },
  );
  try {
    await tick(parts.run());
    // An earlier version becomes current again.
    await putToken(parts, 'fusion', 'junk');
    parts.ims.faults.inject({ kind: 'repeat-token' });
    await tick(parts.run());
    parts.ims.faults.clear();
    parts.clock.advance(13 * hour);
    parts.ims.faults.inject({ kind: 'missing-access-token' }, { times: 2 });
    await tick(parts.run());
    await renew(parts.run(), 'fusion', { force: true });
    parts.clock.advance(hour);
    expect(await rotateSecret()).toEqual([]);
  } catch {
    return false;
  }
  return parts.secretsManager.calls.every(({ error }) => error !== 'AccessDeniedException');
}

describe('the deployed policy', () => {
  let statements: readonly Statement[];

  // Synthesis validates the template, which takes long on a busy machine.
  beforeAll(() => {
    const settings = parseSettings({ credentials: { fusion: {} } });
    const stack = new ImsTokenRotatorStack(new App(), 'prod', { settings });
    statements = secretsManagerStatements(Template.fromStack(stack));
  });

  it('allows everything that the function does', async () => {
    expect(await doEverything(statements)).toBe(true);
  });

  it('grants no action that the function does not need', async () => {
    for (const [index, statement] of statements.entries()) {
      for (const dropped of actionsOf(statement)) {
        const less = statements.map((other, position) =>
          position === index
            ? { ...other, Action: actionsOf(other).filter((action) => action !== dropped) }
            : other,
        );
        expect(await doEverything(less), `without ${dropped}`).toBe(false);
      }
    }
  });

  it.each([
    ['read another secret', 'secretsmanager:GetSecretValue', 'database/password-AbCdEf', {}],
    [
      'write a client secret',
      'secretsmanager:PutSecretValue',
      'ims-token-rotator/prod/a/client-AbCdEf',
      {},
    ],
    [
      'write for another rotator',
      'secretsmanager:PutSecretValue',
      'ims-token-rotator/prod2/a/token-AbCdEf',
      {},
    ],
    ['change the key', 'secretsmanager:UpdateSecret', 'ims-token-rotator/prod/a/token-AbCdEf', {}],
    [
      'unpause a credential',
      'secretsmanager:TagResource',
      'ims-token-rotator/prod/a/token-AbCdEf',
      { 'aws:TagKeys': ['ims-token-rotator:requested', 'ims-token-rotator:paused'] },
    ],
  ])('does not allow the function to %s', (_, action, secret, context) => {
    const arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${secret}`;
    expect(authorizeBy(statements)(action, arn, context)).toBe(false);
  });
});
