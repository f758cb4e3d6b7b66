import { jsonProtocol } from '../wire/aws-json.ts';

/** How the calls of Secrets Manager travel. */
export const protocol = jsonProtocol('1.1', 'secretsmanager');
