import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import { environmentVariables } from '../core/contract.ts';
import { refuse } from './refuse.ts';

/**
 * The directory of the function's bundle, which is deployed as it is.
 *
 * @param directory the directory of this module: `infra/` in the repository, `dist/infra/` in the
 *   package, undefined in an app that was bundled into one file
 * @throws ValidationError if the bundle is not there
 */
export function bundleDirectory(
  scope: IConstruct,
  directory: string | undefined = import.meta.dirname,
): string {
  const isRepository = directory !== undefined && existsSync(join(directory, 'bundle.ts'));
  const bundle = join(directory ?? '', isRepository ? '../dist/lambda' : '../lambda');
  if (directory !== undefined && holdsRotator(bundle)) return bundle;
  return refuse(
    scope,
    'BundleNotBuilt',
    isRepository
      ? 'the function is not built: run "npm run build" first'
      : 'the function’s code is missing: it is in the package ims-token-rotator, beside the ' +
          'construct. If you bundle your app, leave packages out, for example with ' +
          '"--packages=external" of esbuild, so that they are loaded from node_modules',
  );
}

/** A bundled app may have a `lambda/index.mjs` of its own in that place. */
function holdsRotator(bundle: string): boolean {
  if (!existsSync(join(bundle, 'index.mjs'))) return false;
  return readdirSync(bundle)
    .filter((file) => file.endsWith('.mjs'))
    .some((file) => readFileSync(join(bundle, file)).includes(environmentVariables.prefix));
}
