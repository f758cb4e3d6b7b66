import type { SecretDetail } from '../messages.ts';
import { Ago, Fact, Instant } from './parts.tsx';

/** What Secrets Manager says of a secret, without its value. */
export function SecretFacts({ secret }: { readonly secret: SecretDetail }) {
  const { name, arn, description, changedAt, readOn, keyId, rotation, rotatedAt, deletedAt, tags } =
    secret;
  return (
    <>
      <dl class="settings">
        <Fact title="Name">
          <code>{name}</code>
        </Fact>
        <Fact title="ARN">
          <code>{arn}</code>
        </Fact>
        {description !== undefined && description !== '' && (
          <Fact title="Description">{description}</Fact>
        )}
        {deletedAt !== undefined && <When title="Scheduled for deletion since" at={deletedAt} />}
        {changedAt !== undefined && <When title="Changed" at={changedAt} />}
        <Fact title="Last read">
          {readOn === undefined ? 'never, or too long ago to be recorded' : <Day at={readOn} />}
        </Fact>
        <Fact title="Key">{keyId === undefined ? 'aws/secretsmanager' : <code>{keyId}</code>}</Fact>
        <Fact title="Rotation by Secrets Manager">
          {rotation === undefined ? 'off' : <code>{rotation.functionArn ?? 'on'}</code>}
        </Fact>
        {rotation?.nextAt !== undefined && <When title="Next rotation" at={rotation.nextAt} />}
        {rotatedAt !== undefined && <When title="Last rotated" at={rotatedAt} />}
      </dl>
      <Tags tags={tags} />
    </>
  );
}

function Tags({ tags }: { readonly tags: SecretDetail['tags'] }) {
  const entries = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return <p class="quiet">No tags.</p>;
  return (
    <details>
      <summary>
        {entries.length} {entries.length === 1 ? 'tag' : 'tags'}
      </summary>
      <dl class="settings">
        {entries.map(([key, value]) => (
          <Fact key={key} title={key}>
            <code>{value}</code>
          </Fact>
        ))}
      </dl>
    </details>
  );
}

function When({ title, at }: { readonly title: string; readonly at: number }) {
  return (
    <Fact title={title}>
      <Instant at={at} />{' '}
      <span class="quiet">
        UTC, <Ago at={at} />
      </span>
    </Fact>
  );
}

/** Secrets Manager tells the day of the last read alone. */
function Day({ at }: { readonly at: number }) {
  const date = new Date(at * 1000);
  const text = date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return <time dateTime={date.toISOString().slice(0, 10)}>{text}</time>;
}
