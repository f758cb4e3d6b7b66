/**
 * Writes `dist/cloudformation`: a template of the rotator's stack with parameters, and the zip files
 * that it needs in a bucket. `npm run template` deploys nothing.
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readSettings } from '../../infra/settings.ts';
import { type Output, writeOutput } from '../output.ts';
import { stackTemplate } from './stack-template.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const mostBytes = 1_000_000;

// What is synthesized has placeholders; `npm run synth` validates the stack.
process.env['CDK_VALIDATION'] = 'false';

const { context } = JSON.parse(await readFile('cdk.json', 'utf8'));
const settings = readSettings(new App({ context }).node);
const { template, archives } = await stackTemplate(settings, context);
const text = `${JSON.stringify(template, null, 1)}\n`;
if (Buffer.byteLength(text) > mostBytes) {
  throw new Error(`the template has more than the ${mostBytes} bytes that CloudFormation accepts`);
}
const output: Output = new Map([[resolve('dist/cloudformation/template.json'), text]]);
for (const [name, zip] of archives) output.set(resolve('dist/cloudformation', name), zip);
await writeOutput(output);
for (const [path, contents] of output) {
  process.stdout.write(`${path} (${Buffer.byteLength(contents)} bytes)\n`);
}
