/** Those that break rotations of client secrets. */
export const breaksOfClientSecrets = [
  {
    what: 'does not tell of a rotation that is late',
    file: 'core/rotation-progress.ts',
    from: "return now > Math.min(begun, due) + mostDelay ? 'overdue' : 'on-time';",
    to: "return now > Math.max(begun, due) + mostDelay ? 'overdue' : 'on-time';",
    rule: 'C5',
  },
  {
    what: 'adds a client secret at Adobe of which no tag tells',
    file: 'lambda/steps/add-client-secret.ts',
    from: "await noteRotation(run, secretId, { kind: 'adding', since: now, versionId });",
    to: '',
    rule: 'C3',
  },
  {
    what: 'takes a client secret that its own test has used for one that somebody uses',
    file: 'lambda/steps/test-client-secret.ts',
    from: 'await noteUse(run, rotation, pending);',
    to: '',
    rule: 'C3',
  },
  {
    what: 'deletes a retired client secret that somebody uses',
    file: 'core/retired-secret.ts',
    from: 'if (lastUsedAt >= usedFrom && !isQuestion(lastUsedAt, retired)) {',
    to: 'if (lastUsedAt > now) {',
    rule: 'C2',
  },
  {
    what: 'deletes a retired client secret before its grace is over',
    file: 'core/client-secret-rotation.ts',
    from: 'export const retirementGrace = 86_400;',
    to: 'export const retirementGrace = 3_600;',
    rule: 'C2',
  },
  {
    what: 'stores a new client secret only after it was tested',
    file: 'lambda/steps/add-client-secret.ts',
    from: 'await store(run, management, stored, added);',
    to: `const { mint } = await import('./mint.ts');
  await mint(run, { ...current.credential, clientSecrets: [added.secret] }, recorded);
  await store(run, management, stored, added);`,
    rule: 'C3',
  },
  {
    what: 'asks Adobe again for a client secret',
    file: 'lambda/steps/manage-client-secrets.ts',
    from: 'const response = await run.consoleEndpoint.add(management.access, run.signal);',
    to: `const response = await withRetries(run, budget.console, async () => {
    const answer = await run.consoleEndpoint.add(management.access, run.signal);
    parseAddedSecret(answer, asked(run, management));
    return answer;
  });`,
    rule: 'C3',
  },
  {
    what: 'makes a client secret current before its test',
    file: 'lambda/steps/client-secret-steps.ts',
    from: 'await addClientSecret(run, rotation, rotated);',
    to: `await addClientSecret(run, rotation, rotated);
  const { secretId, versionId } = rotation;
  await moveCurrent(run, { secretId, versionId, from: rotated.client.currentVersionId });`,
    rule: 'C1',
  },
  {
    what: 'leaves a retired client secret at Adobe',
    file: 'lambda/steps/retire-client-secret.ts',
    from: "if (removal.kind === 'remove') {",
    to: "if (removal.kind !== 'remove') {",
    rule: 'C4',
  },
  {
    what: 'makes a client secret current whose token nobody asked IMS about',
    file: 'lambda/steps/test-client-secret.ts',
    from: 'await validateToken(run, { ...credential, accessToken: token.accessToken });',
    to: 'if (token.lifetime < 0) await validateToken(run, { ...credential, accessToken: token.accessToken });',
    rule: 'C1',
  },
  {
    what: 'deletes a retired client secret before Adobe could tell of a use of it',
    file: 'core/retired-secret.ts',
    from: 'if ((successor.lastUsedAt ?? 0) < Math.max(at, storedAt)) {',
    to: 'if (now < 0) {',
    rule: 'C2',
  },
  {
    what: 'leaves no request to a token that is due while it rotates',
    file: 'core/rotation-budget.ts',
    from: '(isSettled(reasonFor(observation)) ? 0 : 1)',
    to: '(isSettled(reasonFor(observation)) ? 0 : 0)',
    rule: 'invariant 9',
  },
  {
    what: 'deletes a retired client secret that the stored value may still hold',
    file: 'core/retired-secret.ts',
    from: 'if (mayHold(stored, uuid, listed)) return waiting',
    to: 'if (mayHold(stored, uuid, []) && now < 0) return waiting',
    rule: 'C2',
  },
  {
    what: 'deletes a client secret that a person has just stored again',
    file: 'lambda/steps/assert-unchanged.ts',
    from: 'if (now?.currentVersionId === currentVersionId && isNoted) return;',
    to: 'if (now?.currentVersionId === currentVersionId || isNoted || now) return;',
    rule: 'C2',
  },
  {
    what: 'takes every retired client secret for the one at Adobe',
    file: 'lambda/steps/ask-about-retired.ts',
    from: 'await mint({ ...run, ...run.managing }, asking, { ...recorded, requested }, tried);',
    to: 'if (tried.length === 0) await mint(run, asking, { ...recorded, requested }, tried);',
    rule: 'C2',
  },
  {
    what: 'writes the end of a retirement over the note of another',
    file: 'lambda/steps/retire-client-secret.ts',
    from: "if (state.kind !== 'retired' || state.uuid !== uuid) return;",
    to: "if (state.kind === 'none' && uuid !== '') return;",
    rule: 'C3',
  },
  {
    what: 'rotates a client secret while an answer to a leak is open',
    file: 'lambda/steps/add-client-secret.ts',
    from: 'if (!hasOpenAnswer(client)) return;',
    to: "if (!hasOpenAnswer(client) || credential !== '') return;",
    rule: 'C3',
  },
  {
    what: 'does not tell of an answer to a leak that was broken off',
    file: 'core/rotation-progress.ts',
    from: 'isLeakOpen: client !== undefined && isAnswerOverdue(client, now),',
    to: 'isLeakOpen: client === undefined && isAnswerOverdue({}, now),',
    rule: 'P6',
  },
];
