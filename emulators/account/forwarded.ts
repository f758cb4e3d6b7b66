import { invokeApiAction } from '../lambda/invoke-api.ts';
import { jsonProtocol, restProtocol } from './protocols.ts';
import type { AwsService } from './service.ts';

/** A service that an emulator of its own answers. */
export type ForwardedService = 'secretsmanager' | 'lambda';

/** How their calls are told apart, and how they are answered when a fault hits them on the way. */
export const forwardedServices: ReadonlyMap<string, AwsService> = new Map<string, AwsService>([
  [
    'secretsmanager',
    {
      name: 'secretsmanager',
      protocol: jsonProtocol('1.1', 'secretsmanager'),
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
        read: (request) => ({ action: invokeApiAction(request) ?? 'unknown', input: undefined }),
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
