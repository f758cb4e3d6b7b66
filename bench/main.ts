import { benchProcesses } from './processes.ts';

const isQuick = process.argv.includes('--quick');
for await (const row of benchProcesses({ isQuick })) {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
