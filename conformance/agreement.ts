import { createInterface } from 'node:readline/promises';

/** True if somebody says yes; Ctrl-C and Ctrl-D mean no. */
export async function agrees(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test(await terminal.question('Start? (y/N) '));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    output.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}
