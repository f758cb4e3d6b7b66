import { expect, it } from 'vitest';
import { understandCredential } from '../../core/credential.ts';

const credential = { client_id: 'c0ffee', client_secret: 'p8e-0123', scopes: ['openid'] };

function idsIn(file: object): object {
  const { credentialId, consoleOrgId } = understandCredential(JSON.stringify(file)).credential;
  return { credentialId, consoleOrgId };
}

const details = (found: object) => ({ workspace: { details: { credentials: [found] } } });

it('takes both ids of a project file from their own places', () => {
  const file = {
    org: { id: 'no-project' },
    project: {
      name: 'p',
      org: { name: 'o', id: '23294', ims_org_id: '0123456789ABCDEF@AdobeOrg' },
      ...details({ name: 'n', id: '451234', oauth_server_to_server: credential }),
      id: 'of-the-project',
    },
    other: { org: { id: 'of-another' } },
  };
  expect(idsIn(file)).toEqual({ credentialId: '451234', consoleOrgId: '23294' });
});

it('takes no ids from what only resembles a project file', () => {
  expect(idsIn({ id: '451234', other: credential, project: { org: { id: '23294' } } })).toEqual({
    credentialId: undefined,
    consoleOrgId: undefined,
  });
});

it('takes the id of the project’s organisation from no other place', () => {
  const file = {
    org: { id: '1' },
    project: {
      workspace: {
        org: { id: '2' },
        details: { credentials: [{ oauth_server_to_server: credential }] },
      },
    },
  };
  expect(idsIn(file)).toEqual({ credentialId: undefined, consoleOrgId: undefined });
});
