import { Logger } from '@aws-lambda-powertools/logger';

type Field = string | number | boolean | undefined | Readonly<Record<string, number>>;
type Fields = Readonly<Record<string, Field>>;

/** Structured JSON lines by Powertools, each with the rotator's name and the request id. */
export class PowertoolsLog {
  readonly #logger: Logger;

  constructor(rotator: string, requestId: string) {
    this.#logger = new Logger({
      serviceName: 'ims-token-rotator',
      persistentKeys: { rotator, request_id: requestId },
    });
  }

  info(message: string, fields: Fields): void {
    this.#logger.info(message, fields);
  }

  warn(message: string, fields: Fields): void {
    this.#logger.warn(message, fields);
  }

  error(message: string, fields: Fields): void {
    this.#logger.error(message, fields);
  }
}
