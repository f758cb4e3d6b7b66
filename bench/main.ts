import { assetSize } from './asset.ts';
import { benchFleet } from './fleet.ts';
import { benchProcesses } from './processes.ts';

const usage = `Usage: npm run bench [-- --quick]
       npm run bench -- fleet [--credentials N]

Measures whole processes of the bundle that is deployed, beside others that do its work, in pairs, and
prints a line of JSON for each; \`--quick\` runs each a few times only, to see that it works. \`fleet\`
measures one tick over N credentials (100,000).
`;

type Rows = AsyncIterable<object> | undefined;

async function* benchAll(isQuick: boolean): AsyncGenerator<object> {
  yield await assetSize();
  yield* benchProcesses({ isQuick });
}

/** The rows that the arguments ask for; undefined for arguments that make no sense. */
function rowsOf(args: readonly string[]): Rows {
  const [first, option, count = ''] = args;
  if (args.length === 0) return benchAll(false);
  if (first === '--quick' && args.length === 1) return benchAll(true);
  if (first !== 'fleet' || args.length > 3) return undefined;
  if (args.length === 1) return benchFleet(100_000);
  return option === '--credentials' && /^[1-9]\d{0,5}$/.test(count)
    ? benchFleet(Number(count))
    : undefined;
}

const rows = rowsOf(process.argv.slice(2));
if (process.argv[2] === '--help' || process.argv[2] === '-h') {
  process.stdout.write(usage);
} else if (rows === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  for await (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}
