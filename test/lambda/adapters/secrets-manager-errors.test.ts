import { expect, it } from 'vitest';
import { attempt } from '../../../lambda/adapters/secrets-manager-errors.ts';

/** An error of AWS, as its SDK throws it. */
function refusal(name: string, message = 'words of AWS', status = 400): Error {
  const $metadata = { httpStatusCode: status };
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata });
}

const fails = async (error: Error) =>
  await attempt('PutSecretValue', 'x', () => Promise.reject(error)).catch((thrown) => thrown);

it.each([
  "You can't perform this operation on the secret because it was marked for deletion.",
  "You can't perform this operation on the secret because it was deleted.",
  "You can't create this secret because a secret with this name is already scheduled for deletion.",
  'You tried to perform the operation on a secret that’s currently marked deleted.',
])('a secret that is going to be deleted is missing, whatever AWS calls it: %s', async (words) => {
  expect(await fails(refusal('InvalidRequestException', words))).toMatchObject({
    code: 'ERR_TOKEN_SECRET_MISSING',
  });
});

it.each([
  ['ResourceExistsException', 'ERR_VERSION_EXISTS'],
  ['ResourceNotFoundException', 'ERR_TOKEN_SECRET_MISSING'],
  ['AccessDeniedException', 'ERR_SECRET_ACCESS_DENIED'],
  ['DecryptionFailure', 'ERR_SECRET_DECRYPTION'],
  ['EncryptionFailure', 'ERR_SECRET_ENCRYPTION'],
  ['LimitExceededException', 'ERR_VERSION_LIMIT'],
  ['InvalidRequestException', 'ERR_SECRET_REFUSED'],
  ['InvalidParameterException', 'ERR_SECRET_REFUSED'],
])('%s is final: %s', async (name, code) => {
  expect(await fails(refusal(name))).toMatchObject({ code, transient: false });
});

it.each([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'RequestTimeoutException',
  'SignatureDoesNotMatch',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
])('%s may pass', async (name) => {
  expect(await fails(refusal(name))).toMatchObject({ code: 'ERR_SECRET_UNAVAILABLE' });
});

it.each([408, 429])('whatever has the status %i may pass', async (status) => {
  expect(await fails(refusal('UnknownError', '', status))).toMatchObject({
    code: 'ERR_SECRET_UNAVAILABLE',
    transient: true,
  });
});
