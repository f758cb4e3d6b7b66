import type { TokenToValidate } from '../../core/ports.ts';
import { assertValidated } from '../../core/token-validation.ts';
import { askIms } from './ask-ims.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * In: a token. Returns if IMS accepts it.
 *
 * @throws TokenRequestError ERR_TOKEN_INVALID when IMS rejects it
 */
export async function validateToken(run: Run, token: TokenToValidate): Promise<void> {
  await withRetries(run, budget.validate, () =>
    askIms(run, token, async () => {
      const response = await run.tokenEndpoint.validate(token, run.signal);
      assertValidated(response, token, run.now());
    }),
  );
}
