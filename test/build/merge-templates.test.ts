import { describe, expect, it } from 'vitest';
import { mergeTemplates } from '../../build/cloudformation/merge-templates.ts';
import type { Resource } from '../../build/cloudformation/template.ts';

const topic = (Properties: object, more: object = {}): Resource =>
  ({ Type: 'AWS::SNS::Topic', Properties, ...more }) as Resource;

const merge = (whether: Record<string, Resource>, otherwise: Record<string, Resource>) =>
  mergeTemplates('Big', { Resources: whether }, { Resources: otherwise }).Resources;

describe('mergeTemplates', () => {
  it('keeps what both templates have', () => {
    const both = { A: topic({ a: [1, { Ref: 'B' }] }, { DeletionPolicy: 'Retain' }) };
    expect(merge(both, both)).toEqual(both);
  });

  it('makes a condition of the smallest difference, and takes a list as a whole', () => {
    const whether = topic({ same: 1, inner: { same: 1, differs: 'x' }, list: [1, 2], added: 'y' });
    const otherwise = topic({ same: 1, inner: { same: 1, differs: 'z' }, list: [1], removed: 'n' });
    const absent = { Ref: 'AWS::NoValue' };
    expect(merge({ A: whether }, { A: otherwise })['A']?.Properties).toEqual({
      same: 1,
      inner: { same: 1, differs: { 'Fn::If': ['Big', 'x', 'z'] } },
      list: { 'Fn::If': ['Big', [1, 2], [1]] },
      added: { 'Fn::If': ['Big', 'y', absent] },
      removed: { 'Fn::If': ['Big', absent, 'n'] },
    });
  });

  it('does not look into a call of an intrinsic function', () => {
    const merged = merge(
      { A: topic({ name: { Ref: 'B' } }) },
      { A: topic({ name: { Ref: 'C' } }) },
    );
    expect(merged['A']?.Properties).toEqual({
      name: { 'Fn::If': ['Big', { Ref: 'B' }, { Ref: 'C' }] },
    });
  });

  it('gives a condition to a resource of the first template alone, on which no other depends', () => {
    const merged = merge(
      { A: topic({}, { DependsOn: ['B', 'C'] }), B: topic({}), C: topic({}) },
      { A: topic({}, { DependsOn: 'C' }), C: topic({}) },
    );
    expect(merged).toMatchObject({ A: { DependsOn: ['C'] }, B: { Condition: 'Big' } });
    expect(merged['C']).not.toHaveProperty('Condition');
  });

  it.each([
    ['a resource of the second template alone', {}, { A: topic({}) }, 'only without Big: A'],
    [
      'an attribute that differs',
      { A: topic({}, { DeletionPolicy: 'Retain' }) },
      { A: topic({}) },
      'the attributes of A depend on Big',
    ],
    ['a second condition', { A: topic({}, { Condition: 'Other' }) }, {}, 'A has two conditions'],
  ])('rejects %s', (_, whether, otherwise, message) => {
    expect(() => merge(whether, otherwise)).toThrow(message);
  });

  it('rejects outputs that differ', () => {
    const withOutput = { Resources: {}, Outputs: { A: { Value: 'x' } } };
    expect(() => mergeTemplates('Big', withOutput, { Resources: {} })).toThrow(
      'the outputs depend on Big',
    );
  });
});
