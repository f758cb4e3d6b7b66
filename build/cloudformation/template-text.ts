import type { Template } from './template.ts';

/**
 * The bytes of a template that CloudFormation accepts in a request, and from a bucket.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export const templateLimits = { inRequest: 51_200, inBucket: 1_000_000 };

/**
 * The text of a template: in lines, unless it fits into a request only without them.
 *
 * @throws Error if CloudFormation would not accept it from a bucket either
 */
export function templateText(template: Template): string {
  const lines = `${JSON.stringify(template, null, 1)}\n`;
  if (Buffer.byteLength(lines) <= templateLimits.inRequest) return lines;
  const text = JSON.stringify(template);
  const bytes = Buffer.byteLength(text);
  if (bytes <= templateLimits.inBucket) return text;
  throw new Error(
    `the template has ${bytes} bytes, and CloudFormation accepts ${templateLimits.inBucket}: ` +
      'declare fewer credentials, and onboard the others at run time',
  );
}
