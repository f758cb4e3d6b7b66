import { isReplica } from '../../core/ledger.ts';
import { parseSecretName } from '../../core/secret-name.ts';
import type { Secret } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { byUrgency, type CredentialState, credentialState } from '../view/credential-state.ts';
import type { Rotator } from './rotator.ts';

interface Pair {
  client?: Secret;
  token?: Secret;
}

/**
 * How every credential of a rotator is doing, by ListSecrets alone; the most urgent first.
 *
 * @param names only these, each of which has to be there
 * @throws CliError ERR_CREDENTIAL_NOT_FOUND
 */
export async function listCredentials(
  session: Session,
  rotator: Rotator,
  names: readonly string[] = [],
): Promise<readonly CredentialState[]> {
  const { clientSecrets } = rotator;
  const pairs = new Map<string, Pair>([...(clientSecrets?.keys() ?? [])].map((name) => [name, {}]));
  const progress = session.terminal.progress('listing secrets');
  try {
    for await (const page of session.secrets.list(`${rotator.prefix}/`)) {
      for (const row of page) {
        const parsed = parseSecretName(rotator.prefix, row.name);
        if (parsed === undefined || isReplica(row, rotator.region)) continue;
        const { credential, kind } = parsed;
        pairs.set(credential, { ...pairs.get(credential), [kind]: row });
      }
      progress.say(`listing secrets: ${pairs.size} credentials`);
    }
  } finally {
    progress.end();
  }
  if (pairs.size === 0 && typeof rotator.function !== 'string') {
    throw new CliError(
      'ERR_ROTATOR_NOT_FOUND',
      `there is nothing of a rotator under ${rotator.prefix}/ here`,
      'choose another --region, --profile or --rotator',
    );
  }
  const missing = names.filter((name) => !pairs.has(name));
  if (missing.length > 0) throw notFound(missing, rotator, [...pairs.keys()]);
  const outlook = { now: session.now(), tick: rotator.tick, digest: session.digest };
  const asked = new Set(names);
  const wanted = names.length === 0 ? pairs : [...pairs].filter(([name]) => asked.has(name));
  return [...wanted]
    .map(([name, { client, token }]) => {
      const clientMayBeElsewhere =
        client === undefined && (clientSecrets === undefined || clientSecrets.has(name));
      return credentialState(name, { client, token, clientMayBeElsewhere }, outlook);
    })
    .sort(byUrgency);
}

const mostNamed = 10;

function notFound(
  missing: readonly string[],
  { prefix }: Rotator,
  known: readonly string[],
): CliError {
  const some = known.toSorted().slice(0, mostNamed).join(', ');
  const more = known.length > mostNamed ? `, and ${known.length - mostNamed} more` : '';
  return new CliError(
    'ERR_CREDENTIAL_NOT_FOUND',
    `there is no credential ${missing.join(', ')} under ${prefix}/ (in a list that lags up to 5 minutes)`,
    known.length === 0
      ? 'onboard it: ims-token-rotator onboard NAME FILE'
      : `known are ${some}${more}; a new one is onboarded with: ims-token-rotator onboard NAME FILE`,
  );
}
