import { join } from 'node:path';
import { LambdaEmulator } from '../../../emulators/lambda/emulator.ts';

/** A process with a frozen sandbox that ends as its arguments say. */
const [, , port, ending] = process.argv;
const bundle = join(import.meta.dirname, 'functions/handlers.mjs');

const lambda = new LambdaEmulator();
lambda.createFunction({ functionName: 'f', bundle, handler: 'handlers.leavesSocket' });
lambda.createFunction({ functionName: 'fails', bundle, handler: 'handlers.fails' });
await lambda.start();
await lambda.invoke('f', { port: Number(port) });
await lambda.invoke('fails', {}, { type: 'Event' }); // the pending retry would keep the process alive for a minute
await lambda.invoke('fails');

if (ending === 'exit') process.exit(0);
if (ending === 'SIGKILL' || ending === 'SIGTERM') process.kill(process.pid, ending);
if (ending === 'stop') await lambda.stop();
