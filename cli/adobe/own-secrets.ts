import {
  type AddedSecret,
  assertDeleted,
  type ConsoleAsked,
  type ConsoleResponse,
  consoleScopes,
  type ListedSecret,
  parseAddedSecret,
  parseSecretList,
} from '../../core/console-secrets.ts';
import type { ClientCredential } from '../../core/credential.ts';
import type { ConsoleAccess, ConsoleEndpoint } from '../../core/ports.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { DeveloperConsole } from '../../lambda/adapters/console-endpoint.ts';
import type { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import type { CommonOptions } from '../common-options.ts';
import { CliError, interrupted } from '../errors.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { asAdobeFailure, asManagementFailure } from './failure.ts';

// Seconds.
const timeouts = { connect: 5, headers: 10, total: 20 };

/** The Developer Console's API. @param consoleEndpointUrl replaces `https://api.adobe.io` */
export function openConsole(
  { network: { proxy } }: Session,
  consoleEndpointUrl: string | undefined,
): DeveloperConsole {
  return new DeveloperConsole({ consoleEndpointUrl, timeouts, proxy });
}

/** The ways to Adobe that a command has. */
export interface Adobe {
  readonly ims: ImsTokenEndpoint;
  readonly console: ConsoleEndpoint;
}

interface Opened {
  readonly name: string;
  readonly console: ConsoleEndpoint;
  readonly access: ConsoleAccess;
  readonly position: number;
  readonly secrets: readonly Sensitive[];
}

/** The client secrets that a credential has at Adobe, managed with a token of its own. */
export class OwnSecrets {
  /** It has rights over client secrets, and is stored nowhere. */
  readonly accessToken: Sensitive;
  /** Which of the credential's secrets IMS accepted, from 1. */
  readonly position: number;
  readonly #console: ConsoleEndpoint;
  readonly #access: ConsoleAccess;
  readonly #session: Session;
  readonly #name: string;
  readonly #secrets: Sensitive[];

  private constructor(session: Session, { name, console, access, position, secrets }: Opened) {
    this.accessToken = access.accessToken;
    this.position = position;
    this.#console = console;
    this.#access = access;
    this.#session = session;
    this.#name = name;
    this.#secrets = [...secrets, access.accessToken];
  }

  /**
   * Mints the token that manages a credential's client secrets.
   *
   * @param known other client secrets, which Adobe may repeat
   * @throws CliError ERR_CREDENTIAL_INVALID without the Console's ids, or the code of IMS's failure
   */
  static async open(
    session: Session,
    name: string,
    { ims, console }: Adobe,
    credential: ClientCredential,
    known: readonly Sensitive[] = [],
  ): Promise<OwnSecrets> {
    const { clientId, ...ids } = idsOf(credential, name, session.options);
    try {
      const wanted = { ...credential, scopes: consoleScopes };
      const { result, position } = await mintOnce(ims, wanted, session, { known });
      const access = { clientId, ...ids, accessToken: result.accessToken };
      const secrets = [...credential.clientSecrets, ...known];
      return new OwnSecrets(session, { name, console, access, position, secrets });
    } catch (error) {
      if (session.signal.aborted) throw interrupted();
      throw asManagementFailure(error, name, session.options);
    }
  }

  async list(): Promise<readonly ListedSecret[]> {
    return await this.#list(this.#session.signal);
  }

  /** The same after a write, which Ctrl-C does not leave half done. */
  async listAfterWrite(): Promise<readonly ListedSecret[]> {
    return await this.#list(new AbortController().signal);
  }

  /** Adds a secret. Ctrl-C does not end it: its value is shown this once. */
  async add(): Promise<AddedSecret> {
    const { signal } = new AbortController();
    const added = await this.#ask(() => this.#console.add(this.#access, signal), parseAddedSecret);
    this.#secrets.push(added.secret);
    return added;
  }

  /** Deletes a secret for good; nothing if it is gone already. */
  async remove(uuid: string): Promise<void> {
    const { signal } = new AbortController();
    await this.#ask(() => this.#console.remove(this.#access, uuid, signal), assertDeleted);
  }

  async #list(signal: AbortSignal): Promise<readonly ListedSecret[]> {
    return await this.#ask(() => this.#console.list(this.#access, signal), parseSecretList);
  }

  async #ask<Output>(
    request: () => Promise<ConsoleResponse>,
    parse: (response: ConsoleResponse, asked: ConsoleAsked) => Output,
  ): Promise<Output> {
    try {
      return parse(await request(), { now: this.#session.now(), secrets: this.#secrets });
    } catch (error) {
      if (this.#session.signal.aborted) throw interrupted();
      throw asAdobeFailure(error, this.#name, this.#session.options);
    }
  }
}

/** @throws CliError ERR_CREDENTIAL_INVALID */
export function idsOf(
  { clientId, credentialId, consoleOrgId }: ClientCredential,
  name: string,
  options: CommonOptions,
) {
  if (credentialId !== undefined && consoleOrgId !== undefined) {
    return { clientId, credentialId, consoleOrgId };
  }
  const missing = [
    ...(credentialId === undefined ? ['credential_id'] : []),
    ...(consoleOrgId === undefined ? ['console_org_id'] : []),
  ];
  throw new CliError(
    'ERR_CREDENTIAL_INVALID',
    `the client secret's value has no ${missing.join(' and no ')}, which the Console API needs`,
    `add credential_id and console_org_id, which the project file that the Developer Console offers for download calls credentials[].id and org.id, and keep the client secrets as they are: ${nextCommand(`put-credential ${name} FILE`, options)}`,
  );
}
