import { describe, expect, it } from 'vitest';
import { toMetadata } from '../../core/secret-metadata.ts';

describe('toMetadata', () => {
  it('reads name, ARN, tags and Region, and the versions that hold AWSCURRENT and AWSPENDING', () => {
    const row = {
      Name: 'prefix/fusion/token',
      ARN: 'arn:token',
      PrimaryRegion: 'eu-west-1',
      Tags: [{ Key: 'owner', Value: 'team' }, { Key: 'empty' }, {}],
    };
    expect(
      toMetadata(row, { old: ['AWSPREVIOUS'], now: ['AWSCURRENT'], next: ['AWSPENDING'] }),
    ).toEqual({
      name: 'prefix/fusion/token',
      arn: 'arn:token',
      primaryRegion: 'eu-west-1',
      tags: { owner: 'team', empty: '', '': '' },
      currentVersionId: 'now',
      pendingVersionId: 'next',
    });
  });

  it('reports a version as pending even when it is current too', () => {
    const { currentVersionId, pendingVersionId } = toMetadata(
      {},
      { only: ['AWSCURRENT', 'AWSPENDING'] },
    );
    expect([currentVersionId, pendingVersionId]).toEqual(['only', 'only']);
  });

  it('leaves the versions undefined for a secret without a value', () => {
    expect(toMetadata({})).toEqual({ name: '', arn: '', tags: {} });
  });
});
