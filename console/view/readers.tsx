import type { Known, Readers } from '../messages.ts';
import { Ago } from './parts.tsx';

export type ReaderList = Readers extends Known<infer List> ? List : never;

export function ReaderTable({ readers }: { readonly readers: ReaderList }) {
  if (readers.length === 0)
    return (
      <p class="quiet">The latest events in CloudTrail, 90 days at most, have no read of it.</p>
    );
  return (
    <>
      <p class="quiet">By the latest events in CloudTrail, 90 days at most:</p>
      <ul class="readers">
        {readers.map(({ principal, at }) => (
          <li key={principal}>
            <code>{principal}</code>{' '}
            <span class="quiet">
              last read <Ago at={at} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
