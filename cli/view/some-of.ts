/** The items in one line, at most so many: whoever fills an account must not fill a terminal. */
export function someOf(items: readonly string[], most = 10, separator = ', '): string {
  const shown = items.slice(0, most).join(separator);
  const more = items.length - most;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
