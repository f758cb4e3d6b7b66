import { invokeApiAction } from '../lambda/invoke-api.ts';
import { protocol as secretsManagerProtocol } from '../secrets-manager/protocol.ts';
import { restProtocol } from '../wire/aws-rest.ts';
import type { AwsService } from './service.ts';

/** A service that an emulator of its own answers. */
export type ForwardedService = 'secretsmanager' | 'lambda';

/** How their calls are told apart, and how they are answered when a fault hits them on the way. */
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
        // What is not emulated is for the emulator to say.
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
