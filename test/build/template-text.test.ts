import { describe, expect, it } from 'vitest';
import { templateText } from '../../build/cloudformation/template-text.ts';

/** A template whose text without lines has exactly so many bytes. */
function ofBytes(bytes: number) {
  const template = (Name: string) => ({
    Resources: { A: { Type: 'AWS::SNS::Topic', Properties: { Name } } },
  });
  return template('x'.repeat(bytes - JSON.stringify(template('')).length));
}

describe('templateText', () => {
  it('is in lines if CloudFormation accepts that in a request', () => {
    expect(templateText(ofBytes(1000))).toMatch(/\n "Resources": \{\n/);
  });

  it('has no lines if they make it too long for a request', () => {
    expect(Buffer.byteLength(templateText(ofBytes(51_200)))).toBe(51_200);
  });

  it('may have a million bytes, and no more', () => {
    expect(Buffer.byteLength(templateText(ofBytes(1_000_000)))).toBe(1_000_000);
    expect(() => templateText(ofBytes(1_000_001))).toThrow(
      'the template has 1000001 bytes, and CloudFormation accepts 1000000: declare fewer credentials',
    );
  });
});
