import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

// Beside `infra/` in the repository, and beside the compiled `dist/infra/` in the package.
const places = ['../dist/lambda/', '../lambda/'];

/** The directory of the function's bundle, which is built once and deployed as it is. */
export function bundleDirectory(scope: IConstruct, base: string = import.meta.url): string {
  const directory = places
    .map((place) => fileURLToPath(new URL(place, base)))
    .find((place) => existsSync(`${place}index.mjs`));
  return (
    directory ??
    refuse(
      scope,
      'BundleNotBuilt',
      'the function is not built: there is no dist/lambda/index.mjs; run "npm run build" first',
    )
  );
}
