import type { IConstruct } from 'constructs';
import { secretName } from '../core/contract.ts';
import { refuse } from './refuse.ts';

// Keeps the largest stack below CloudFormation's limit of 500 resources.
const maxCredentials = 100;

export interface NewCredential {
  readonly name: string;
  readonly prefix: string;
  /** The parent of the credentials that the app has added. */
  readonly added: IConstruct;
}

/** Refuses a credential that was added already, and one more than a stack has room for. */
export function checkRoom(rotator: IConstruct, { name, prefix, added }: NewCredential): void {
  if (added.node.tryFindChild(name) !== undefined) {
    refuse(rotator, 'CredentialTwice', `the credential "${name}" was already added`);
  }
  if (added.node.children.length < maxCredentials) return;
  refuse(
    rotator,
    'TooManyCredentials',
    `a rotator's stack can have at most ${maxCredentials} credentials; onboard more at run time, ` +
      'without a deployment: the same rotator serves any two secrets named ' +
      `${secretName(prefix, '<credential>', 'client')} and ` +
      secretName(prefix, '<credential>', 'token'),
  );
}
