import type { TokenToValidate } from '../../core/ports.ts';
import { assertValidated } from '../../core/token-validation.ts';
import { askIms } from './ask-ims.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

const limits = { attempts: 3, reserve: 30 };

/** @throws TokenRequestError ERR_TOKEN_INVALID when IMS does not take the token */
export async function validateToken(run: Run, token: TokenToValidate): Promise<void> {
  await withRetries(run, limits, () =>
    askIms(run, token.imsHost, async () => {
      const response = await run.tokenEndpoint.validate(token, run.signal);
      assertValidated(response, token.clientId, run.now());
    }),
  );
}
