import type { ComponentChildren } from 'preact';
import type { SecretDetail } from '../messages.ts';
import { Ago, Instant } from './parts.tsx';

/** What Secrets Manager says of a secret, without its value. */
export function SecretFacts({ secret }: { readonly secret: SecretDetail }) {
  const { name, arn, description, changedAt, readOn, keyId, rotation, rotatedAt, deletedAt, tags } =
    secret;
  return (
    <>
      <dl class="settings">
        <Line title="Name">
          <code>{name}</code>
        </Line>
        <Line title="ARN">
          <code>{arn}</code>
        </Line>
        {description !== undefined && description !== '' && (
          <Line title="Description">{description}</Line>
        )}
        {deletedAt !== undefined && <When title="Scheduled for deletion since" at={deletedAt} />}
        {changedAt !== undefined && <When title="Changed" at={changedAt} />}
        <Line title="Last read">
          {readOn === undefined ? 'never, or too long ago to be recorded' : <Day at={readOn} />}
        </Line>
        <Line title="Key">{keyId === undefined ? 'aws/secretsmanager' : <code>{keyId}</code>}</Line>
        <Line title="Rotation by Secrets Manager">
          {rotation === undefined ? 'off' : <code>{rotation.functionArn ?? 'on'}</code>}
        </Line>
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
          <Line key={key} title={key}>
            <code>{value}</code>
          </Line>
        ))}
      </dl>
    </details>
  );
}

function Line({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function When({ title, at }: { readonly title: string; readonly at: number }) {
  return (
    <Line title={title}>
      <Instant at={at} />{' '}
      <span class="quiet">
        UTC, <Ago at={at} />
      </span>
    </Line>
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
