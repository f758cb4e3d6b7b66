// The model of one secret: its versions, labels and tags, and what a lagging list shows of it.

import { epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { longestLag } from './bounds.ts';

export interface SecretVersion {
  readonly id: string;
  readonly at: number;
  /** Undefined for the empty version that RotateSecret makes. */
  value: string | undefined;
  readonly labels: Set<string>;
}

interface Snapshot {
  readonly at: number;
  /** Undefined while the list does not show the secret. */
  readonly row: SecretMetadata | undefined;
}

const day = 86_400;
/**
 * Versions that a secret may have; those of the last 24 hours are never removed. AWS keeps about 100,
 * and allows one write in 10 minutes for ever, which makes 144 in a day; its limit is not documented.
 */
export const mostVersions = 250;

export class Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly versions = new Map<string, SecretVersion>();
  readonly tags = new Map<string, string>();
  isDeleted = false;
  /** The operations that a policy denies. */
  readonly denied = new Set<string>();
  /** The key is disabled. */
  isLocked = false;
  /** When Secrets Manager rotates it next, if it does. */
  nextRotationAt: number | undefined;
  #rotatedAt: number | undefined;
  readonly #holders = new Map<string, SecretVersion>();
  #row: SecretMetadata | undefined;
  #history: Snapshot[] = [];

  constructor(name: string, now: number, suffix: string) {
    this.name = name;
    this.arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-${suffix}`;
    this.createdAt = now;
    this.changed(now);
  }

  holder(label: string): SecretVersion | undefined {
    return this.#holders.get(label);
  }

  get current(): SecretVersion | undefined {
    return this.holder('AWSCURRENT');
  }

  /** Moves a label; AWSPREVIOUS follows AWSCURRENT. */
  move(label: string, to: SecretVersion | undefined): void {
    const from = this.holder(label);
    if (from === to) return;
    from?.labels.delete(label);
    to?.labels.add(label);
    if (to === undefined) this.#holders.delete(label);
    else this.#holders.set(label, to);
    if (label === 'AWSCURRENT' && from !== undefined) this.move('AWSPREVIOUS', from);
  }

  /** True if one more version fits, after those that AWS removes by itself are gone. */
  hasRoom(now: number): boolean {
    for (const { id, at, labels } of this.versions.values()) {
      if (this.versions.size < 100) return true;
      if (labels.size === 0 && now - at > day) this.versions.delete(id);
    }
    return this.versions.size < mostVersions;
  }

  rotatesAt(next: number, now: number): void {
    this.nextRotationAt = next;
    this.changed(now);
  }

  rotated(now: number): void {
    this.#rotatedAt = now;
    this.changed(now);
  }

  /** Records what lists show from now on. */
  changed(now: number): void {
    this.#row = undefined;
    const row = this.isDeleted ? undefined : this.metadata();
    this.#history.push({ at: now, row });
    const first = this.#history.findLastIndex(({ at }) => at <= now - 2 * longestLag);
    if (first > 0) this.#history = this.#history.slice(first);
  }

  /** It is in every list that lags by no more than that. */
  isListedSince(at: number): boolean {
    return this.#rowsSince(at).every((row) => row !== undefined);
  }

  /** It is in no list that lags by no more than that. */
  isMissingSince(at: number): boolean {
    return this.#rowsSince(at).every((row) => row === undefined);
  }

  /** What a list shows that lags that much. */
  listed(at: number): SecretMetadata | undefined {
    for (let index = this.#history.length - 1; index >= 0; index -= 1) {
      const snapshot = this.#history[index];
      if (snapshot !== undefined && snapshot.at <= at) return snapshot.row;
    }
    return undefined;
  }

  metadata(): SecretMetadata {
    this.#row ??= {
      name: this.name,
      arn: this.arn,
      tags: Object.fromEntries(this.tags),
      currentVersionId: this.current?.id,
      previousVersionId: this.holder('AWSPREVIOUS')?.id,
      pendingVersionId: this.holder('AWSPENDING')?.id,
      ...(this.nextRotationAt !== undefined && {
        isRotating: true,
        nextRotationAt: epochSeconds(this.nextRotationAt),
      }),
      rotatedAt: this.#rotatedAt === undefined ? undefined : epochSeconds(this.#rotatedAt),
      createdAt: epochSeconds(this.createdAt),
    };
    return this.#row;
  }

  #rowsSince(at: number): readonly (SecretMetadata | undefined)[] {
    const first = this.#history.findLastIndex((snapshot) => snapshot.at <= at);
    return this.#history.slice(Math.max(0, first)).map(({ row }) => row);
  }
}
