/**
 * Writes `dist/cloudformation`: a template of the rotator's stack with parameters, and the zip files
 * that it needs in a bucket. `npm run template` deploys nothing.
 */

import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readSettings } from '../../infra/settings.ts';
import { type Output, writeOutput } from '../output.ts';
import { stackTemplate } from './stack-template.ts';
import { templateLimits, templateText } from './template-text.ts';

// Placeholders would fail the validations; `npm run synth` validates the same stack without them.
process.env['CDK_VALIDATION'] = 'false';

const { context } = JSON.parse(await readFile('cdk.json', 'utf8'));
const settings = readSettings(new App({ context }).node);
const { template, archives } = await stackTemplate(settings, context);
const text = templateText(template);
const output: Output = new Map([[resolve('dist/cloudformation/template.json'), text]]);
for (const [name, zip] of archives) output.set(resolve('dist/cloudformation', name), zip);
await writeOutput(output);

for (const path of output.keys()) process.stdout.write(`${relative('', path)}\n`);
if (Buffer.byteLength(text) > templateLimits.inRequest) {
  process.stdout.write(
    `The template has more than ${templateLimits.inRequest} bytes, so "aws cloudformation deploy" ` +
      'needs --s3-bucket.\n',
  );
}
