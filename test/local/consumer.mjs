// Calls the product API of `npm run local` until it has used two tokens.
import { setTimeout as delay } from 'node:timers/promises';
import { createImsFetch, createTokenReader } from 'ims-token-rotator/client';

const [secretId, productApi] = process.argv.slice(2);
const headers = { 'x-organization-id': '12345', 'x-gw-region': 'or2' };
const reader = createTokenReader({ secretId, headers, timeToLive: 10 });
const imsFetch = createImsFetch(reader, { origins: [productApi] });
for (const tokens = new Set(); tokens.size < 2; await delay(250)) {
  process.stdout.write(`${(await imsFetch(`${productApi}/api/v3/scenarios`)).status}\n`);
  tokens.add(await reader.getToken());
}
