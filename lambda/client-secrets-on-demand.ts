/** What rotates client secrets, in one part of the bundle: most rotators never load it. */
export { takeClientStep } from './steps/client-secret-steps.ts';
export { retireClientSecret } from './steps/retire-client-secret.ts';
