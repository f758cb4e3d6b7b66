import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { ImsTokenRotatorSettings } from '../../infra/ims-token-rotator-settings.ts';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../infra/settings.ts';

/** The template of the stack `local`, with the settings in `cdk.json` and these. */
export function localStack(settings: ImsTokenRotatorSettings = {}): Template {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
  const parsed = parseSettings(context['ims-token-rotator']);
  const app = new App({ context });
  return Template.fromStack(
    new ImsTokenRotatorStack(app, 'local', { settings: { ...parsed, ...settings } }),
  );
}
