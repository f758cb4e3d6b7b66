import { CliError } from '../errors.ts';

/**
 * The token of a list's next page; undefined after the last one, whose token may be empty.
 *
 * @throws CliError ERR_AWS_UNAVAILABLE for a list that does not end
 */
export function nextPage(before: string | undefined, next: string | undefined): string | undefined {
  if (next === undefined || next === '') return undefined;
  if (next !== before) return next;
  throw new CliError(
    'ERR_AWS_UNAVAILABLE',
    'AWS sends the same page of a list again and again',
    'try again in a minute; check AWS_ENDPOINT_URL if it is set',
  );
}
