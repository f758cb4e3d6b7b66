import { describe, expect, it } from 'vitest';
import { toMetadata } from '../../core/secret-metadata.ts';

describe('toMetadata', () => {
  it('reads name, ARN, tags and Region, its times, and the versions that hold a label', () => {
    const row = {
      Name: 'prefix/fusion/token',
      ARN: 'arn:token',
      PrimaryRegion: 'eu-west-1',
      CreatedDate: new Date(1_000_999),
      LastChangedDate: new Date(2_000_000),
      RotationEnabled: true,
      NextRotationDate: new Date(3_000_000),
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
      previousVersionId: 'old',
      createdAt: 1_000,
      changedAt: 2_000,
      isRotating: true,
      nextRotationAt: 3_000,
    });
  });

  it('reads which replicas have failed, and why', () => {
    const ReplicationStatus = [
      { Region: 'eu-west-1', Status: 'InSync', StatusMessage: 'Replication succeeded' },
      { Region: 'eu-west-2', Status: 'Failed', StatusMessage: 'no access to the key' },
      { Status: 'Failed' },
    ];
    expect(toMetadata({ ReplicationStatus }).failedReplicas).toEqual([
      { region: 'eu-west-2', reason: 'no access to the key' },
      { region: '', reason: '' },
    ]);
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
