import { jsonProtocol } from '../wire/aws-json.ts';

/** The errors that come from the service; all others come from the framework in front of it. */
const ownErrors = new Set([
  'DecryptionFailure',
  'EncryptionFailure',
  'InternalServiceError',
  'InvalidNextTokenException',
  'InvalidParameterException',
  'InvalidRequestException',
  'LimitExceededException',
  'MalformedPolicyDocumentException',
  'PreconditionNotMetException',
  'PublicPolicyException',
  'ResourceExistsException',
  'ResourceNotFoundException',
]);

/**
 * The wire protocol of Secrets Manager. Its own errors have a `Message`, as recorded in LocalStack's
 * `test_no_client_request_token`.
 *
 * @see https://github.com/localstack/localstack/blob/main/tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json
 */
export const protocol = jsonProtocol('1.1', 'secretsmanager', (type) => [
  ownErrors.has(type) ? 'Message' : 'message',
]);
