import type { Credential } from './credential.ts';
import type { Deed } from './plan.ts';
import type { World } from './world.ts';

/**
 * Does a deed. If it returns a function, that undoes the deed when its time is over; `nothingToDo`, if
 * there was no occasion for it.
 */
export type Doing = (world: World, credential: Credential, deed: Deed) => unknown;

export const nothingToDo = false;
