import type { State } from '../messages.ts';

/** Shapes that differ without their colours. */
const paths: Readonly<Record<State | 'ok' | 'failed' | 'unknown', string>> = {
  expired: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3 9-1 1-2-2-2 2-1-1 2-2-2-2 1-1 2 2 2-2 1 1-2 2Z',
  failing: 'M8 1 .7 14.3h14.6L8 1Zm-.9 5h1.8v4.2H7.1V6Zm0 5.2h1.8V13H7.1v-1.8Z',
  overdue: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-.9 3h1.7v4l2.7 1.6-.8 1.4-3.6-2.1V4Z',
  due: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.7v10.6A5.3 5.3 0 0 1 8 2.7Z',
  foreign: 'M8 .6.6 8 8 15.4 15.4 8 8 .6Zm-.9 10h1.8v1.7H7.1v-1.7Zm0-6.5h1.8v5.1H7.1V4.1Z',
  fresh: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 9.9L4 7.8l1.2-1.2L7 8.5l3.8-3.8L12 5.9l-5 5Z',
  empty:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.7a5.3 5.3 0 1 1 0 10.6A5.3 5.3 0 0 1 8 2.7ZM5 7.2h6v1.6H5V7.2Z',
  paused: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM5.3 5h1.9v6H5.3V5Zm3.5 0h1.9v6H8.8V5Z',
  ok: 'M6.4 12.6 2 8.2l1.4-1.4 3 3 6.2-6.2L14 5l-7.6 7.6Z',
  failed:
    'm12.6 4.8-1.4-1.4L8 6.6 4.8 3.4 3.4 4.8 6.6 8l-3.2 3.2 1.4 1.4L8 9.4l3.2 3.2 1.4-1.4L9.4 8l3.2-3.2Z',
  unknown:
    'M7 11h2v2H7v-2Zm1-8a3.2 3.2 0 0 0-3.2 3.2h1.9a1.3 1.3 0 1 1 2.6 0c0 1.2-2.2 1.400-2.2 3.7H9c0-1.5 2.200-1.7 2.200-3.7A3.2 3.2 0 0 0 8 3Z',
};

export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} fill-rule="evenodd" />
    </svg>
  );
}
