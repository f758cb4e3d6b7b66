import { parseArgs } from 'node:util';
import { assetSize } from './asset.ts';
import { benchFleet } from './fleet.ts';
import { benchProcesses } from './processes.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    credentials: { type: 'string', default: '100000' },
  },
});

function print(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

if (positionals[0] === 'fleet') {
  for await (const row of benchFleet(Number(values.credentials))) print(row);
} else {
  print(await assetSize());
  for await (const row of benchProcesses({ isQuick: values.quick })) print(row);
}
