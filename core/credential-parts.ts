import type { Candidate } from './credential-candidates.ts';
import {
  hostOf,
  hostOfStage,
  isBlank,
  meaningOf,
  type SecretEntry,
  scopesOf,
  secretsOf,
} from './credential-values.ts';
import { isPlural, type Role, showName } from './field-names.ts';
import type { Field } from './file-levels.ts';
import type { Problem } from './problems.ts';
import type { ProjectIds } from './project-ids.ts';

/** The parts of a credential before they are checked, each with the name that the file gives it. */
export interface RawParts {
  readonly values: {
    readonly clientId: unknown;
    readonly clientSecrets: readonly unknown[];
    readonly scopes: readonly unknown[];
    readonly orgId: unknown;
    readonly imsHost: unknown;
    readonly product: unknown;
    readonly credentialId: unknown;
    readonly consoleOrgId: unknown;
  };
  readonly fields: Readonly<Record<keyof RawParts['values'], string>>;
  /** The entries of `clientSecrets`. */
  readonly secrets: readonly SecretEntry[];
  /** Fields that say different things. */
  readonly conflicts: readonly Problem[];
  /** The fields that the values are from. */
  readonly used: ReadonlySet<Field>;
}

/** Takes each part from the closest fields that say something about it. */
export function resolveParts({ level, tiers }: Candidate, projectIds: ProjectIds = {}): RawParts {
  const clientId = pick(tiers, ['clientId'], meaningOf);
  const secret = pick(tiers, ['clientSecret'], meaningOf, ({ key }) => !isPlural(key));
  const secretList = pick(tiers, ['clientSecret'], meaningOf, ({ key }) => isPlural(key));
  const scopes = pick(tiers, ['scopes'], (value) => meaningOf(sortedScopes(value)));
  const orgId = pick(tiers, ['orgId'], meaningOf, isOrganization);
  const imsHost = pick(tiers, ['imsHost', 'stage'], hostMeaning, isHost);
  const product = pick(tiers, ['product'], meaningOf);
  const secrets = [secret, secretList].flatMap(({ field }) =>
    field === undefined ? [] : secretsOf(showName(field.path), field.value),
  );
  const ownId = pick(tiers, ['credentialId'], consoleMeaning);
  const credentialId = ownId.field === undefined ? saidBy(projectIds.credential) : ownId;
  const ownOrg = pick(tiers, ['consoleOrgId'], consoleMeaning);
  const consoleOrgId = ownOrg.field === undefined ? saidBy(projectIds.organization) : ownOrg;
  const picks = [
    ...[clientId, secret, secretList, scopes, orgId, imsHost, product],
    ...[credentialId, consoleOrgId],
  ];
  const place = level.isList || level.path === '' ? '' : `${level.path}.`;
  const nameOf = ({ field }: Pick, name: string): string =>
    showName(field === undefined ? `${place}${name}` : field.path);
  return {
    values: {
      clientId: clientId.field?.value,
      clientSecrets: secrets.map(({ value }) => value),
      scopes: scopesOf(scopes.field?.value),
      // An empty one says nothing.
      orgId: orgId.same[0]?.value,
      imsHost: imsHost.same[0] && hostFrom(imsHost.same[0]),
      product: product.field?.value,
      credentialId: consoleId(credentialId),
      consoleOrgId: consoleId(consoleOrgId),
    },
    fields: {
      clientId: nameOf(clientId, 'client_id'),
      clientSecrets: nameOf(secretList.field === undefined ? secret : secretList, 'client_secret'),
      scopes: nameOf(scopes, 'scope'),
      orgId: nameOf(orgId, 'org_id'),
      imsHost: nameOf(imsHost, 'ims_host'),
      product: nameOf(product, 'product'),
      credentialId: nameOf(credentialId, 'credential_id'),
      consoleOrgId: nameOf(consoleOrgId, 'console_org_id'),
    },
    secrets,
    conflicts: picks.flatMap(({ conflict }) => conflict ?? []),
    used: new Set(picks.flatMap(({ same }) => same)),
  };
}

interface Pick {
  readonly field: Field | undefined;
  /** All fields that say the same. */
  readonly same: readonly Field[];
  readonly conflict?: Problem | undefined;
}

function pick(
  tiers: readonly (readonly Field[])[],
  roles: readonly Role[],
  meaning: (value: unknown, field: Field) => string,
  isFit: (field: Field) => boolean = () => true,
): Pick {
  const fit = tiers.map((tier) =>
    tier.filter((field) => field.named && roles.includes(field.named.role) && isFit(field)),
  );
  const tier = fit.find((fields) => fields.some(({ value }) => !isBlank(value)));
  const [blank] = fit.flat();
  if (tier === undefined) return { field: blank, same: [] };
  const said = tier.filter(({ value }) => !isBlank(value));
  const [field] = said;
  const other = said.find(
    (one) => field && meaning(one.value, one) !== meaning(field.value, field),
  );
  return {
    field,
    same: said,
    conflict: field && other && conflictOf(showName(field.path), showName(other.path)),
  };
}

function saidBy(field: Field | undefined): Pick {
  return { field, same: field === undefined ? [] : [field] };
}

/** The Console's own ids are numbers in most files, as text or not. */
function consoleId({ same: [field] }: Pick): unknown {
  const value = field?.value;
  return typeof value === 'number' ? String(value) : value;
}

function consoleMeaning(value: unknown): string {
  return String(value).trim();
}

function conflictOf(one: string, other: string): Problem {
  const message = 'differ; keep one, or make them equal';
  return one === other
    ? { field: one, message: 'is given twice, with different values' }
    : { field: `${one} and ${other}`, message };
}

function sortedScopes(value: unknown): readonly unknown[] {
  return [...new Set(scopesOf(value))].toSorted();
}

/** The Console gives organisations a number of its own and a name, beside IMS's id. */
function isOrganization({ key, value }: Field): boolean {
  if (typeof value === 'number') return false;
  if (typeof value !== 'string' || value.includes('@')) return true;
  return !/^\d+$/.test(value.trim()) && /id$/i.test(key);
}

function isHost({ named, value }: Field): boolean {
  return named?.role === 'imsHost' || isBlank(value) || hostOfStage(value) !== undefined;
}

function hostFrom({ named, value }: Field): unknown {
  return named?.role === 'stage' ? hostOfStage(value) : hostOf(value);
}

function hostMeaning(_: unknown, field: Field): string {
  return meaningOf(hostFrom(field));
}
