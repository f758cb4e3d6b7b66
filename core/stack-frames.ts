/**
 * Where an unexpected error was thrown: its stack without the message, which may quote a value, also
 * on a line that looks like a frame. Empty if the message has been changed since, as then nothing
 * tells where it ends.
 */
export function stackFrames(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const { stack = '', message } = error;
  const start = stack.indexOf(message);
  if (start < 0) return [];
  const lines = stack.slice(start + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line));
}
