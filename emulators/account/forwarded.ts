import { invokeApiAction } from '../lambda/invoke-api.ts';
import { protocol as secretsManagerProtocol } from '../secrets-manager/protocol.ts';
import { restProtocol } from '../wire/aws-rest.ts';
import type { AwsService } from './service.ts';

/** A service that its own emulator answers. */
export type ForwardedService = 'secretsmanager' | 'lambda';

/** The forwarded services: how to name a call, and how to answer it when a fault hits it. */
export const forwardedServices: ReadonlyMap<string, AwsService> = new Map<string, AwsService>([
  [
    'secretsmanager',
    {
      name: 'secretsmanager',
      protocol: secretsManagerProtocol,
      operations: new Map(),
    },
  ],
  [
    'lambda',
    {
      name: 'lambda',
      protocol: {
        ...restProtocol([]),
        // The emulator rejects what it does not know.
        read: (request) => ({ action: invokeApiAction(request) ?? 'unknown', input: {} }),
      },
      operations: new Map(),
      errors: {
        AccessDeniedException: ['AccessDeniedException', 403],
        InternalServiceError: ['ServiceException', 500],
        ThrottlingException: ['TooManyRequestsException', 429],
      },
    },
  ],
]);
