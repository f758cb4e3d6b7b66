import type { Candidate } from './credential-candidates.ts';
import { foldName } from './field-names.ts';
import type { Field, Level } from './file-levels.ts';

/** Where the Console's project file says which credential of which organisation it is. */
export interface ProjectIds {
  readonly credential?: Field | undefined;
  readonly organization?: Field | undefined;
}

/**
 * The fields `project.workspace.details.credentials[].id` and `project.org.id`.
 *
 * @see https://developer.adobe.com/events/docs/guides/api/registration_api
 */
export function projectIdsOf({ level }: Candidate, levels: readonly Level[]): ProjectIds {
  if (foldName(level.keys.at(-1) ?? '') !== 'oauthservertoserver') return {};
  const credential = level.parent?.fields.find(({ key }) => key === 'id');
  const organization = levels.find(
    ({ keys, parent }) => keys.at(-1) === 'org' && parent?.keys.at(-1) === 'project',
  );
  return { credential, organization: organization?.fields.find(({ key }) => key === 'id') };
}
