import { Logger } from '@aws-lambda-powertools/logger';
import type { Fields, Log } from '../../core/ports.ts';

/** The port `Log` as JSON lines by Powertools, each with the rotator's name and the request id. */
export class PowertoolsLog implements Log {
  readonly #logger: Logger;

  constructor(rotator: string) {
    this.#logger = new Logger({
      serviceName: 'ims-token-rotator',
      persistentKeys: { rotator },
    });
  }

  /** Begins an invocation, whose id is in all lines that follow. */
  begin(requestId: string): void {
    this.#logger.appendPersistentKeys({ request_id: requestId });
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
