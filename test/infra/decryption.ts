/** The condition on token secrets alone, for those of an account. */
export const onlyTokens = (account = '111122223333') => ({
  'kms:EncryptionContext:SecretARN': {
    'Fn::Join': [
      '',
      ['arn:', { Ref: 'AWS::Partition' }, `:secretsmanager:*:${account}:secret:*/token-??????`],
    ],
  },
});

/** The conditions under which a reader may use the key of a token. */
export const via = (region: string, account?: string) => ({
  StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` },
  StringLike: onlyTokens(account),
});
