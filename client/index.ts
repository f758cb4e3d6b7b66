export { createImsFetch, type ImsFetchOptions } from './create-ims-fetch.ts';
export { createTokenReader } from './create-token-reader.ts';
export type {
  AwsClient,
  GetTokenOptions,
  ReadRequest,
  ReadSecret,
  RotatorOptions,
  SecretValue,
  TokenReader,
  TokenReaderOptions,
} from './options.ts';
export { TokenError, type TokenErrorCode } from './token-error.ts';
