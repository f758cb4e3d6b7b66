import { jsonProtocol } from '../wire/aws-json.ts';

/** The wire protocol of Secrets Manager. */
export const protocol = jsonProtocol('1.1', 'secretsmanager');
