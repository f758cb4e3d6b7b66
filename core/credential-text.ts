import * as v from 'valibot';

const visible = /^[\x21-\x7e]+$/;

// As examples, templates and masks have them.
const placeholder =
  /^(?:<.*>|\$\w+|%\w+%|your[-_].*|change-?me|\[redacted\]|x{8,})$|\$[{(]|\{\{|[*\u2022\u25CF]{3}/i;

/** A part of a credential: printable, and no placeholder. */
export function text(limit: number) {
  return v.pipe(
    v.string(({ input }) => (input === undefined ? 'is missing' : 'must be a string')),
    v.trim(),
    v.minLength(1, 'is empty'),
    v.check((value) => !placeholder.test(value), 'is a placeholder; put the value itself there'),
    v.maxLength(limit, `must be at most ${limit} characters`),
    v.regex(visible, 'must be printable ASCII without spaces'),
  );
}
