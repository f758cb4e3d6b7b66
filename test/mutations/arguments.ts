import { type ParseArgsConfig, parseArgs } from 'node:util';

const help = { help: { type: 'boolean', short: 'h' } } as const;

/**
 * The words and options of a command, which has `--help`.
 *
 * @throws TypeError for an option that does not exist
 */
export function argumentsOf<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, ...help },
    });
  } catch (error) {
    // Node.js advises how to pass a word that begins with a dash, of which there is none.
    const [message] = (error as Error).message.split('. To specify');
    throw new TypeError(message);
  }
}
