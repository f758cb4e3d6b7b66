import type { Mutation } from '../mutation.ts';

/** Breaks in the rotation of client secrets: what is deleted at Adobe, and what a crash leaves. */
export const ofClientSecrets: readonly Mutation[] = [
  {
    fault: 'a secret is added at Adobe without a tag that tells of it',
    file: 'lambda/steps/add-client-secret.ts',
    find: "await noteRotation(run, secretId, { kind: 'adding', since: now, version });",
    replace: '',
    caughtBy: 'test/lambda/client-secrets/faults.test.ts',
    test: 'is deleted by the next run, which adds another, after {"kind":"lost-answer"}',
  },
  {
    fault: 'a tag stays after Adobe refused, and the next run deletes the secret of a person',
    file: 'lambda/steps/add-client-secret.ts',
    find: 'if (isRefused) await tryNoteNothing(run, credential, secretId);',
    replace: '',
    caughtBy: 'test/lambda/client-secrets/faults.test.ts',
    test: 'is left alone if a person adds it just before the rotator does',
  },
  {
    fault: 'a rotation undoes a credential that was stored meanwhile',
    file: 'lambda/steps/usable-pending.ts',
    find: 'if (pending !== undefined && isSuccessorOf(pending, rotated.current)) return pending;',
    replace: 'if (pending !== undefined) return pending;',
    caughtBy: 'test/lambda/client-secrets/rotation.test.ts',
    test: 'is not undone by finishSecret, and the new secret at Adobe is deleted',
  },
  {
    fault: 'a retired secret that somebody uses is deleted',
    file: 'core/client-secret-rotation.ts',
    find: 'if (old.lastUsedAt !== undefined && old.lastUsedAt >= at) {',
    replace: 'if (old.lastUsedAt !== undefined && old.lastUsedAt > now) {',
    caughtBy: 'test/lambda/client-secrets/retirement.test.ts',
    test: 'stays while somebody uses it, with a warning at each renewal',
  },
];
