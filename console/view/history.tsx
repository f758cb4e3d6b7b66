import { formatDuration } from '../../cli/view/durations.ts';
import { roughNow } from '../data/store.ts';
import type { TokenVersion, VersionOf } from '../messages.ts';
import { Instant } from './parts.tsx';
import { relative } from './times.ts';

/** Every version of the token secret that still exists, and what its id says. */
export function TokenHistory({ versions }: { readonly versions: readonly TokenVersion[] }) {
  if (versions.length === 0)
    return <p class="quiet">No version exists: there never was a token.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Versions of the token secret">
      <table>
        <thead>
          <tr>
            <th scope="col">Issued (UTC)</th>
            <th scope="col">Expires (UTC)</th>
            <th scope="col">Life</th>
            <th scope="col">Labels</th>
            <th scope="col">What happened</th>
            <th scope="col">Minted from</th>
            <th scope="col">Version</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version, index) => (
            <TokenRow key={version.id} version={version} before={versions[index + 1]} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TokenRow({
  version,
  before,
}: {
  readonly version: TokenVersion;
  readonly before: TokenVersion | undefined;
}) {
  const { issuedAt, expiresAt, createdAt, labels, fingerprint, clientVersion, id } = version;
  const isOver = expiresAt !== undefined && expiresAt <= roughNow.value;
  const begin = issuedAt ?? createdAt;
  return (
    <tr class={isOver ? 'over' : ''}>
      <td>{begin === undefined ? '–' : <Instant at={begin} />}</td>
      <td>
        {expiresAt === undefined ? (
          <span class="quiet">only its value shows</span>
        ) : (
          <>
            <Instant at={expiresAt} />{' '}
            <span class="quiet">({relative(expiresAt, roughNow.value)})</span>
          </>
        )}
      </td>
      <td>
        {issuedAt === undefined || expiresAt === undefined
          ? '–'
          : formatDuration(expiresAt - issuedAt)}
      </td>
      <td>
        <Labels labels={labels} />
      </td>
      <td>{eventOf(version, before)}</td>
      <td>
        {fingerprint === undefined ? (
          '–'
        ) : (
          <code title={clientVersion && `version ${clientVersion} of the client secret`}>
            {fingerprint}
          </code>
        )}
      </td>
      <td>
        <code class="id">{id}</code>
      </td>
    </tr>
  );
}

/** What brought a version about, as far as its id and the one before it tell. */
export function eventOf(version: TokenVersion, before: TokenVersion | undefined): string {
  if (version.issuedAt === undefined) return 'rotated by Secrets Manager, or written by hand';
  if (before === undefined) return 'oldest that still exists';
  if (before.fingerprint === undefined || version.fingerprint === undefined) return 'renewed';
  if (before.fingerprint !== version.fingerprint) return 'renewed: the credential changed';
  const end = before.expiresAt;
  if (end !== undefined && version.issuedAt > end) {
    return `renewed ${formatDuration(version.issuedAt - end)} too late`;
  }
  return 'renewed';
}

export function ClientHistory({ versions }: { readonly versions: readonly VersionOf[] }) {
  if (versions.length === 0) return <p class="quiet">No version exists.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Versions of the client secret">
      <table>
        <thead>
          <tr>
            <th scope="col">Stored (UTC)</th>
            <th scope="col">Labels</th>
            <th scope="col">Version</th>
          </tr>
        </thead>
        <tbody>
          {versions.map(({ id, labels, createdAt }) => (
            <tr key={id}>
              <td>{createdAt === undefined ? '–' : <Instant at={createdAt} />}</td>
              <td>
                <Labels labels={labels} />
              </td>
              <td>
                <code class="id">{id}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Labels({ labels }: { readonly labels: readonly string[] }) {
  if (labels.length === 0) return <span class="quiet">deprecated</span>;
  return (
    <>
      {labels.map((label) => (
        <span key={label} class="label">
          {label}
        </span>
      ))}
    </>
  );
}
