import type { Mutation } from '../mutation.ts';

/** Breaks in documents: what they promise is no longer so, or no longer said. */
export const ofDocuments: readonly Mutation[] = [
  {
    fault: 'the runbook lacks the section of an error code',
    file: 'docs/runbook.md',
    find: '### ERR_TOKEN_NOT_LATER',
    replace: '### What outlives',
    caughtBy: 'test/documents/runbook.test.ts',
    test: 'has a section for each error code, and for nothing else',
  },
  {
    fault: 'the runbook names another actor than the log',
    file: 'core/errors.ts',
    find: "ERR_VERSION_LIMIT: finalFor('operator')",
    replace: "ERR_VERSION_LIMIT: finalFor('deployer')",
    caughtBy: 'test/documents/runbook.test.ts',
    test: 'names the same actor as the log for each error code',
  },
  {
    fault: 'the reference lists a right that the function does not have',
    file: 'infra/rotator-role.ts',
    find: "['secretsmanager:ListSecrets'],",
    replace: "['secretsmanager:BatchGetSecretValue'],",
    caughtBy: 'test/documents/reference.test.ts',
    test: 'lists every right of the function, and no other',
  },
  {
    fault: 'the reference shows a token secret without one of its fields',
    file: 'core/stored-token.ts',
    find: '    org_id: credential.orgId,\n',
    replace: '',
    caughtBy: 'test/documents/reference.test.ts',
    test: 'shows a token secret as the rotator writes it',
  },
  {
    fault: 'a link leads to a section that does not exist',
    file: 'docs/runbook.md',
    find: '## Mint by hand\n',
    replace: '## Mint one by hand\n',
    caughtBy: 'test/documents/documents.test.ts',
    test: 'link only to files and sections that exist',
  },
  {
    fault: 'a document names an option that no command has',
    file: 'docs/runbook.md',
    find: 'ims-token-rotator doctor NAME    # checks one',
    replace: 'ims-token-rotator doctor NAME --deep # checks one',
    caughtBy: 'test/documents/documents.test.ts',
    test: 'name only commands and options that exist',
  },
  {
    fault: 'a recipe reads a field that the token secret does not have',
    file: 'docs/consumers.md',
    find: 'stored.get("expires_at")',
    replace: 'stored.get("expiry")',
    caughtBy: 'test/documents/consumers.test.ts',
    test: 'reads only fields that the token secret has',
  },
];
