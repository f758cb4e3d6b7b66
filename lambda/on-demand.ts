/**
 * Everything that a tick with nothing due does without, in one part of the bundle, which is loaded
 * when a run has something to do.
 */
export { renewEach, renewOnNotice } from './commands/renew.ts';
export { rotate } from './commands/rotate.ts';
export { status } from './commands/status.ts';
export { renewCredential } from './steps/renew-credential.ts';
