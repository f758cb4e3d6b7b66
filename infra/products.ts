/**
 * The names of the scope presets, as the function knows them: `infra/` does not import its code, so
 * a test compares the two.
 */
export const products = [
  'workfront-fusion',
  'workflow-builder',
  'firefly',
  'firefly-audio-video',
  'translate-lipsync',
  'photoshop',
  'lightroom',
  'asset-compute',
  'commerce',
  'io-events',
  'user-management',
] as const;

export function isProduct(name: string): boolean {
  return (products as readonly string[]).includes(name);
}
