import { it } from 'vitest';
import { echoPlaces } from '../../emulators/ims/fault.ts';
import { expectNoEcho } from './echoed.ts';

it.each(echoPlaces)('no command shows a client secret that IMS repeats in %s', async (place) => {
  await expectNoEcho(place);
});
