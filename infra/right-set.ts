import { Stack, Token } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { refuseOpenRole } from './open-roles.ts';
import { refuse } from './refuse.ts';

export interface Right {
  readonly actions: string[];
  readonly resourceArns: string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

export interface RightSetProps {
  /** Whom it is for, in messages. */
  readonly holder: 'operator' | 'responder';
  readonly rights: readonly Right[];
  /** The rotator's account. @default - the scope's */
  readonly account?: string | undefined;
}

/** Rights that are granted together. Whoever has them gets those that are added later, too. */
export class RightSet {
  readonly #scope: IConstruct;
  readonly #holder: RightSetProps['holder'];
  readonly #rights: Right[];
  readonly #grantees: IGrantable[] = [];
  readonly #account: string;

  constructor(scope: IConstruct, { holder, rights, account }: RightSetProps) {
    this.#scope = scope;
    this.#holder = holder;
    this.#rights = [...rights];
    this.#account = account ?? Stack.of(scope).account;
  }

  grant(grantee: IGrantable): Grant {
    this.#checkAccount(grantee);
    refuseOpenRole(this.#scope, grantee, {
      who: this.#holder,
      what: 'read the tokens and the client secrets',
    });
    this.#grantees.push(grantee);
    return this.#rights
      .map((right) => give(right, grantee))
      .reduce((all, grant) => all.combine(grant));
  }

  add(...rights: readonly Right[]): void {
    this.#rights.push(...rights);
    for (const grantee of this.#grantees) {
      for (const right of rights) give(right, grantee);
    }
  }

  /** CDK would drop the rights of an imported role in silence, and in its own account they do nothing. */
  #checkAccount({ grantPrincipal: { principalAccount: account } }: IGrantable): void {
    const isKnown = account !== undefined && !Token.isUnresolved(account);
    if (!isKnown || Token.isUnresolved(this.#account) || account === this.#account) return;
    const holder = this.#holder === 'operator' ? 'an operator' : 'a responder';
    refuse(
      this.#scope,
      'OperatorAccount',
      `${holder} of another account (${account}) can have no rights here; grant them to a role ` +
        `of the rotator's account (${this.#account}) that the ${this.#holder} assumes`,
    );
  }
}

function give(right: Right, grantee: IGrantable): Grant {
  const grant = Grant.addToPrincipal({ grantee, ...right });
  // CDK would return in silence for a principal that has no policies of its own.
  grant.assertSuccess();
  return grant;
}
