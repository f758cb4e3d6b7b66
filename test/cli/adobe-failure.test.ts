import { expect, it } from 'vitest';
import { asAdobeFailure } from '../../cli/adobe/failure.ts';
import { parseSecretList } from '../../core/console-secrets.ts';
import { now } from '../support/builders.ts';

function fixOf(status: number, body: string): unknown {
  try {
    parseSecretList({ status, body }, { now, secrets: [] });
    return undefined;
  } catch (error) {
    return (asAdobeFailure(error, 'fusion', {}) as { readonly fix?: string }).fix;
  }
}

it.each([
  [403, '{"error_code":403003}', 'add the I/O Management API to the project'],
  [403, '<html>blocked</html>', 'a proxy on the way may have answered'],
  // Adobe documents no body of it.
  [404, '', 'correct credential_id or console_org_id'],
  [404, '{"message":"Credential Not Found"}', 'correct credential_id or console_org_id'],
  [407, '', 'correct HTTPS_PROXY'],
  [302, '', 'correct HTTPS_PROXY'],
  [200, '<html>sign in</html>', 'a proxy on the way may have answered'],
  [503, '', 'try again; if it lasts, check https://status.adobe.com'],
])('the fix of an answer %i of the Console with %j says: %s', (status, body, text) => {
  expect(fixOf(status, body)).toContain(text);
});
