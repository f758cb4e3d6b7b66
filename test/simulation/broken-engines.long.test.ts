import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../support/document.ts';

const run = promisify(execFile);

/** Ways to break the engine, and what the simulation says of each. */
const breaks = [
  {
    what: 'takes a token that expires no later',
    file: 'core/token-response.ts',
    from: 'if (token.expiresAt > stored.expiresAt) return;',
    to: 'if (token.expiresAt > 0) return;',
    rule: 'invariant 1',
  },
  {
    what: 'says that tokens live for longer than they do',
    file: 'core/token-response.ts',
    from: 'Math.floor(expiresIn)',
    to: 'Math.floor(expiresIn * 1.1)',
    rule: 'invariant 2',
  },
  {
    what: 'shows a token in its log',
    file: 'lambda/steps/renew-credential.ts',
    from: 'client_secret_position: clientSecretPosition,\n  });',
    to: 'client_secret_position: clientSecretPosition,\n    token: token.accessToken.reveal(),\n  });',
    rule: 'invariant 5',
  },
  {
    what: 'ends a list at its first page',
    file: 'lambda/steps/list-credentials.ts',
    from: 'while (nextToken !== undefined)',
    to: 'while (nextToken === run.config.prefix)',
    rule: 'invariant 6',
  },
  {
    what: 'returns while calls are in flight',
    file: 'lambda/steps/mint.ts',
    from: 'await recording;',
    to: 'void recording;',
    rule: 'invariant 8',
  },
  {
    what: 'has no budget of requests',
    file: 'core/mint-budget.ts',
    from: 'const burst = 3;',
    to: 'const burst = 300;',
    rule: 'invariant 9',
  },
  {
    what: 'renews tokens when they expire',
    file: 'core/renew-before.ts',
    from: 'const half = lifetime / 2;',
    to: 'const half = lifetime / 200;',
    rule: 'P2',
  },
  {
    what: 'waits for a day after a final failure',
    file: 'core/status.ts',
    from: 'const longestWait = 60 * minutes;',
    to: 'const longestWait = 1_440 * minutes;',
    rule: 'P2',
  },
  {
    what: 'forgets a part of the names in its shards',
    file: 'core/shard.ts',
    from: 'index % of === number - 1)',
    to: 'index % of === number - 1 && index !== 16)',
    rule: 'P2',
  },
  {
    what: 'leaves work to the next run although there is time',
    file: 'lambda/steps/gather.ts',
    from: 'run.remaining() < renewalSeconds(run.config)',
    to: 'run.remaining() < 4 * renewalSeconds(run.config)',
    rule: 'P2',
  },
  {
    what: 'renews in spite of a pause',
    file: 'core/token-tags.ts',
    from: "paused !== 'false'",
    to: "paused === 'yes'",
    rule: 'invariant 1',
  },
  {
    what: 'records its requests in memory alone',
    file: 'lambda/steps/record-request.ts',
    from: 'run.secrets.setTag(tag, run.signal)',
    to: 'Promise.resolve(tag)',
    rule: 'invariant 9',
  },
  {
    what: 'forgets the requests that no tag tells of',
    file: 'lambda/steps/record-request.ts',
    from: 'run.memory.requests.set(secretId, requests);',
    to: '',
    rule: 'invariant 9',
  },
  {
    what: 'counts no tokens where the tag tells of no request',
    file: 'core/mint-budget.ts',
    from: 'limit(issued, 2)',
    to: 'limit(issued, 20)',
    rule: 'invariant 9',
  },
  {
    what: 'never waits after a final failure',
    file: 'core/decision.ts',
    from: 'return isBackingOff(failure, now, tick);',
    to: 'return isBackingOff(failure, now, tick) && now < 0;',
    rule: 'P3',
  },
  {
    what: 'begins a wait with no time at all',
    file: 'core/status.ts',
    from: 'const shortestWait = 15 * minutes;',
    to: 'const shortestWait = 0;',
    rule: 'P3',
  },
  {
    what: 'stores tokens without asking IMS about them',
    file: 'lambda/steps/replace-token.ts',
    from: 'if (run.config.validate) {',
    to: 'if (run.config.validate && token.lifetime < 0) {',
    rule: 'invariant 2',
  },
  {
    what: 'leaves a rotation pending that it has overtaken',
    file: 'lambda/steps/replace-token.ts',
    from: 'pending !== undefined && pending !== versionId',
    to: 'pending !== undefined && pending === versionId',
    rule: 'invariant 2',
  },
  {
    what: 'asks again for what IMS has refused for good',
    file: 'lambda/steps/with-retries.ts',
    from: 'error instanceof RotatorError && error.transient',
    to: "error instanceof RotatorError && (error.transient || error.code === 'ERR_TOKEN_REJECTED')",
    rule: 'P3',
  },
  {
    what: 'ignores Retry-After',
    file: 'core/retry-delay.ts',
    from: 'return Math.max(random * bound, retryAfter);',
    to: 'return Math.max(random * bound, 0 * retryAfter);',
    rule: 'P3',
  },
  {
    what: 'reads the secrets of fresh tokens',
    file: 'core/decision.ts',
    from: "if (action !== 'keep') return true;",
    to: "if (action !== 'keep' || reason === 'token-fresh') return true;",
    rule: 'P3',
  },
  {
    what: 'never finishes a rotation',
    file: 'lambda/steps/rotation-steps.ts',
    from: 'from: secret.currentVersionId });',
    to: 'from: versionId });',
    rule: 'P2',
  },
  {
    what: 'fails no invocation because of a new failure',
    file: 'core/run-result.ts',
    from: 'if (items.length === 0) return undefined;',
    to: 'if (items.length >= 0) return undefined;',
    rule: 'invariant 4',
  },
  {
    what: 'counts no credential as failing',
    file: 'core/run-summary.ts',
    from: 'this.#failing += 1;',
    to: 'this.#failing += 0;',
    rule: 'invariant 6',
  },
  {
    what: 'measures the life of new tokens alone',
    file: 'core/run-summary.ts',
    from: '    least.add(credential, token);',
    to: "    if (outcome.outcome === 'renewed') least.add(credential, token);",
    rule: 'invariant 6',
  },
  {
    what: 'goes back to the earlier token after a failure',
    file: 'lambda/steps/replace-token.ts',
    from: '    requested: observation.requested,\n  });',
    to: `    requested: observation.requested,
  }).catch(async (error) => {
    const { arn: secretId, previousVersionId: versionId, currentVersionId: from } = secret;
    if (versionId !== undefined) await moveCurrent(run, { secretId, versionId, from });
    throw error;
  });`,
    rule: 'invariant 2',
  },
  {
    what: 'finishes a rotation whose token nobody has tested',
    file: 'lambda/steps/rotation-steps.ts',
    from: '    await validateToken(run, token);',
    to: '    if (token.lifetime < 0) await validateToken(run, token);',
    rule: 'invariant 2',
  },
  {
    what: 'takes AWSPENDING off whatever rotation it sees',
    file: 'lambda/steps/renew-credential.ts',
    from: '  const duration = startedWith - run.remaining();',
    to: `  const { arn: secretId = '', pendingVersionId: versionId } = gathered.secret ?? {};
  if (versionId !== undefined)
    await run.secrets.removePending({ secretId, versionId }, run.signal).catch(() => undefined);
  const duration = startedWith - run.remaining();`,
    rule: 'invariant 2',
  },
  {
    what: 'stores the client secret beside the token',
    file: 'core/stored-token.ts',
    from: 'return JSON.stringify({',
    to: 'return JSON.stringify({ client_secret: credential.clientSecrets[0]?.reveal(),',
    rule: 'invariant 5',
  },
  {
    what: 'puts the client secret into an error',
    file: 'core/token-response.ts',
    from: '{ clientId: request.clientId, status, debugId };',
    to: '{ clientId: request.clientSecret.reveal(), status, debugId };',
    rule: 'invariant 5',
  },
  {
    what: 'always tells that all of the life is left',
    file: 'core/run-metrics.ts',
    from: "['MinLifeLeft', least.percent],",
    to: "['MinLifeLeft', 100],",
    rule: 'invariant 6',
  },
  {
    what: 'does not count a token secret that is gone as failing',
    file: 'core/decision.ts',
    from: "return keep('token-secret-missing', true);",
    to: "return keep('token-secret-missing', false);",
    rule: 'invariant 6',
  },
  {
    what: 'does not tell of a rotation that is late',
    file: 'core/client-secret-rotation.ts',
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
    file: 'core/client-secret-rotation.ts',
    from: 'if (old.lastUsedAt !== undefined && old.lastUsedAt >= at) {',
    to: 'if (old.lastUsedAt !== undefined && old.lastUsedAt > now) {',
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
    what: 'refuses the token that a rotation of its secret has minted',
    file: 'core/rotation.ts',
    from: 'token.issuedAt < current.issuedAt - sameInstant',
    to: 'token.issuedAt < current.issuedAt + 86_400',
    rule: 'P2',
  },
  {
    what: 'leaves AWSPENDING on a token that has become current',
    file: 'lambda/steps/rotation-steps.ts',
    from: 'await removePending(run, { secretId, versionId });\n  return',
    to: 'return',
    rule: 'P2',
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
];

type Break = (typeof breaks)[number];

/** What the simulation prints of a broken engine. */
async function simulateBroken({ file, from, to }: Break, ...options: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'broken-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const parts = ['core', 'lambda', 'client', 'test/simulation', 'test/support', 'package.json'];
  for (const part of parts) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const source = await readFile(join(folder, file), 'utf8');
  expect(source).toContain(from);
  await writeFile(join(folder, file), source.replace(from, to));
  const args = ['test/simulation/main.ts', ...options, '--days', '30', '--credentials', '6'];
  const simulated = run('node', args, { cwd: folder });
  const { stdout } = await simulated.catch((error: { readonly stdout: string }) => error);
  return stdout;
}

it.each(breaks)(
  'is caught if it $what',
  async (broken) => {
    const stdout = await simulateBroken(broken, '--seeds', '1-20', '--stop');
    expect(stdout).toContain(`: ${broken.rule}: `);
  },
  600_000,
);

it('prints a shorter history that ends in the same violation, and says why a token is kept', async () => {
  const [broken] = breaks;
  const stdout = await simulateBroken(broken as Break, '--seed', '3');
  const [first = '', last = ''] = stdout.split('looking for a shorter history');
  const told = 'VIOLATION of invariant 1: the new token does not expire later';
  expect(first).toContain(told);
  expect(last).toContain(told);
  expect(last).toMatch(/#\d+ kept for token-fresh$/m);
  expect(last).toContain('"rates":{"lag":0,"oddPage":0,"cold":0},"imsSkew":0');
  expect(last.split('\n').length).toBeLessThan(20);
}, 600_000);
