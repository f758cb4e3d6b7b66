import type { Tag } from './secret.ts';

/** An entry in the record of calls. It holds no values. */
export interface CallRecord {
  readonly action: string;
  /** The secret's name, or the caller's SecretId if there is no such secret. */
  readonly secretName?: string | undefined;
  /** The type of the error, if the call failed. */
  readonly error?: string | undefined;
}

/** A call, as CloudTrail records it. It holds no values. */
export interface ObservedCall {
  readonly action: string;
  /** The caller's access key, if the request is signed. */
  readonly accessKeyId: string | undefined;
  /** In milliseconds. */
  readonly at: number;
  /** The SecretId as the caller gave it, or the name of a secret to be created. */
  readonly secretId: string | undefined;
  /** Undefined if the secret does not exist after the call. */
  readonly secretArn: string | undefined;
  /** Those that the call is to set, by TagResource or CreateSecret. */
  readonly tags?: readonly Tag[] | undefined;
  /** Those that the call is to remove. */
  readonly tagKeys?: readonly string[] | undefined;
  /** The type of the error, if the call failed. */
  readonly error: string | undefined;
}

/** What a request says of tags, as far as it is well-formed. */
export function tagsIn(
  body: Readonly<Record<string, unknown>>,
): Pick<ObservedCall, 'tags' | 'tagKeys'> {
  const { Tags: tags, TagKeys: tagKeys } = body;
  return {
    tags: Array.isArray(tags) && tags.every(isTag) ? tags : undefined,
    tagKeys:
      Array.isArray(tagKeys) && tagKeys.every((key) => typeof key === 'string')
        ? tagKeys
        : undefined,
  };
}

function isTag(value: unknown): value is Tag {
  const { Key, Value } = Object(value);
  return typeof Key === 'string' && typeof Value === 'string';
}

export type CallListener = (call: ObservedCall) => void;
