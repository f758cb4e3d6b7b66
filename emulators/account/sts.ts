import * as v from 'valibot';
import { queryProtocol } from '../wire/aws-query.ts';
import { type AwsService, operation } from './service.ts';

export const sts: AwsService = {
  name: 'sts',
  protocol: queryProtocol('https://sts.amazonaws.com/doc/2011-06-15/'),
  operations: new Map([
    [
      'GetCallerIdentity',
      // No policy can deny this call.
      operation(
        v.object({}),
        () => undefined,
        ({ caller, accessKeyId }) => ({
          Arn: caller.arn,
          UserId: caller.arn.includes(':assumed-role/')
            ? `AROAEMULATED:${caller.username}`
            : `AIDA${accessKeyId.toUpperCase()}`,
          Account: caller.arn.split(':')[4],
        }),
      ),
    ],
  ]),
  errors: {
    AccessDeniedException: ['AccessDenied', 403],
    InternalServiceError: ['InternalFailure', 500],
    ThrottlingException: ['Throttling', 400],
    ValidationException: ['ValidationError', 400],
  },
};
