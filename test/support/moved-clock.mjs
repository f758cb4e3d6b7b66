// Loaded by Node.js before a bundle: moves Date ahead by the milliseconds in a file.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const machine = Date.now;
const now = () => machine() + Number(readFileSync(process.env.CLOCK_AHEAD_FILE, 'utf8'));

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
