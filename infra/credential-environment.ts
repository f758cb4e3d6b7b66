import { Lazy, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { allRotate, environmentVariables } from '../core/contract.ts';
import { refuse } from './refuse.ts';
import type { RotatorFunction } from './rotator-function.ts';

/**
 * Lambda measures the JSON of all variables together and allows 4,096 characters. The
 * rest is for an app's own variables.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const limit = 4000;

/** The length assumed for an ARN that is unknown until deployment; most are shorter. */
const unresolvedArn = 'x'.repeat(200);

/** Names the declared credentials to the function, and the client secrets outside its prefix. */
export class CredentialEnvironment extends Construct {
  readonly #function: RotatorFunction;
  readonly #names: string[] = [];
  readonly #rotating: string[] = [];
  readonly #arns = new Map<string, string>();

  constructor(scope: Construct, id: string, rotatorFunction: RotatorFunction) {
    super(scope, id);
    this.#function = rotatorFunction;
  }

  /**
   * Declares a credential.
   *
   * @param options.clientSecretArn the ARN of its client secret, if that is outside the prefix
   * @param options.rotates its client secret rotates
   */
  add(
    name: string,
    {
      clientSecretArn,
      rotates,
    }: { readonly clientSecretArn?: string | undefined; readonly rotates: boolean },
  ): void {
    this.#names.push(name);
    if (rotates) this.#rotating.push(name);
    if (clientSecretArn !== undefined) this.#arns.set(name, clientSecretArn);
    this.#checkSize(name);
    if (this.#names.length === 1) {
      this.#function.function.addEnvironment(
        environmentVariables.declared,
        Lazy.string({ produce: () => this.#names.join(',') }),
      );
    }
    if (rotates && this.#rotating.length === 1) {
      this.#function.function.addEnvironment(
        environmentVariables.rotating,
        Lazy.string({ produce: () => this.#rotatingText() }),
      );
    }
    if (clientSecretArn !== undefined && this.#arns.size === 1) {
      this.#function.function.addEnvironment(
        environmentVariables.clientSecrets,
        Lazy.string({
          produce: () => Stack.of(this).toJsonString(Object.fromEntries(this.#arns)),
        }),
      );
    }
  }

  /** None of those whose client secrets are imported rotates. */
  #rotatingText(): string {
    const isAll = this.#rotating.length === this.#names.length - this.#arns.size;
    return isAll ? allRotate : this.#rotating.join(',');
  }

  #checkSize(name: string): void {
    const arns = [...this.#arns].map(([credential, arn]) => [
      credential,
      Token.isUnresolved(arn) ? unresolvedArn : arn,
    ]);
    const known = Object.entries(this.#function.environment).map(([name, value]) => [
      name,
      Token.isUnresolved(value) ? unresolvedArn : value,
    ]);
    const { length } = JSON.stringify({
      ...Object.fromEntries(known),
      [environmentVariables.declared]: this.#names.join(','),
      ...(this.#rotating.length === 0
        ? {}
        : { [environmentVariables.rotating]: this.#rotatingText() }),
      ...(arns.length === 0
        ? {}
        : { [environmentVariables.clientSecrets]: JSON.stringify(Object.fromEntries(arns)) }),
    });
    if (length <= limit) return;
    refuse(
      this,
      'EnvironmentFull',
      `the function's environment has no room for the credential "${name}": Lambda allows 4 KB, ` +
        `and the names of ${this.#names.length} credentials and the ARNs of ${arns.length} client ` +
        'secrets would need more; shorten names, let the rotator create client secrets (omit ' +
        'clientSecret), onboard credentials at run time, or use a second rotator',
    );
  }
}
