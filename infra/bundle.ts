import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

// From `infra/` in the repository, and from the compiled `dist/infra/` in the package.
const places = ['../dist/lambda/', '../lambda/'];

/**
 * The directory of the function's bundle, which is deployed as it is.
 *
 * @throws ValidationError if the bundle was not built
 */
export function bundleDirectory(scope: IConstruct, base: string = import.meta.url): string {
  const directory = places
    .map((place) => fileURLToPath(new URL(place, base)))
    .find((place) => existsSync(`${place}index.mjs`));
  return (
    directory ??
    refuse(
      scope,
      'BundleNotBuilt',
      'the function is not built: dist/lambda/index.mjs is missing; run "npm run build" first',
    )
  );
}
