import * as v from 'valibot';
import { holdsClientSecret, managesClientSecrets, scopePattern } from './contract.ts';
import { holdsOneOf, isConsoleId, looksSecretId } from './field-names.ts';
import { imsHostSchema } from './ims-host.ts';

/** Adobe allows two at a time; a stored credential may hold earlier ones. */
export const mostStoredSecrets = 10;

const visible = /^[\x21-\x7e]+$/;

// As examples, templates and masks have them.
const placeholder =
  /^(?:<.*>|\$\w+|%\w+%|your[-_].*|change-?me|\[redacted\]|x{8,})$|\$[{(]|\{\{|[*\u2022\u25CF]{3}/i;

// As 1Password, Vault, AWS, Azure and programs point to a secret that is elsewhere.
const reference =
  /^(?:[a-z][a-z0-9+]*:\/\/|vault:|arn:aws|@Microsoft\.KeyVault\(|process\.env\b|os\.environ\b)/i;

// A file's syntax that was not understood: a quote without its end, or a line that goes on.
const leftover = /^["'`]|["'`,\\]$/;

function text(limit: number) {
  return v.pipe(
    v.string(({ input }) => (input === undefined ? 'is missing' : 'must be a string')),
    v.trim(),
    v.minLength(1, 'is empty'),
    v.check((value) => !placeholder.test(value), 'is a placeholder; put the value itself there'),
    v.maxLength(limit, `must be at most ${limit} characters`),
    v.regex(visible, 'must be printable ASCII without spaces'),
  );
}

const isWhole = v.check<string, string>(
  (value) => !leftover.test(value),
  'begins or ends with a quote, a comma or a backslash, which is not part of it',
);

// These values are logged, shown, or sent to others.
const shown = v.pipe(
  text(256),
  v.check((value) => !holdsClientSecret(value), 'holds a client secret'),
);

export function isOfWorkloads(scope: string): boolean {
  return !managesClientSecrets(scope);
}

const onlyManages = 'has only scopes that manage client secrets, which no stored token may have';

const scope = v.pipe(shown, v.regex(scopePattern, 'must be letters, digits and . _ - : /'));

/** The scopes of a credential, in its value or in a tag. */
export const scopesOfAny = v.pipe(
  v.array(scope),
  v.maxLength(200, 'must be at most 200 scopes'),
  v.check((all) => all.length === 0 || all.some(isOfWorkloads), onlyManages),
);

const secret = v.pipe(
  text(1024),
  isWhole,
  v.check((value) => !reference.test(value), 'only refers to a secret; put the value itself there'),
  // "p8e-", with which the client secrets of Adobe begin.
  v.check((value) => !value.startsWith('cDhlL'), 'is base64; put the decoded value there'),
);

const parts = v.object({
  clientId: v.pipe(
    text(256),
    // The client id is not a secret, so the message may show it.
    v.check((id) => !holdsClientSecret(id), 'is a client secret: the two are swapped'),
    // Whatever a file's syntax leaves around it is not part of it.
    v.regex(/^[\w.@~+-]+$/, 'must be letters, digits and . _ - @ ~ +'),
  ),
  clientSecrets: v.pipe(
    v.array(secret),
    v.minLength(1, 'is missing'),
    v.maxLength(mostStoredSecrets, `must be at most ${mostStoredSecrets} secrets`),
  ),
  scopes: scopesOfAny,
  orgId: v.optional(v.pipe(shown, isWhole)),
  imsHost: v.optional(imsHostSchema),
  credentialId: v.optional(
    v.pipe(text(64), v.regex(/^[\w-]+$/, 'must be letters, digits, _ and -')),
  ),
  consoleOrgId: v.optional(
    v.pipe(text(32), v.regex(/^\d+$/, 'must be the number of the organisation in the Console')),
  ),
});

/** The parts of a credential, as they are checked before they are used. */
export const credentialSchema = v.pipe(
  parts,
  v.forward(
    v.check(
      ({ clientId, clientSecrets }) => !looksSecretId(clientId) || !clientSecrets.some(isConsoleId),
      'looks like a client secret, and the client secret like a client id: the two are swapped',
    ),
    ['clientId'],
  ),
  // Adobe's older client secrets show nowhere that they are secrets.
  v.rawCheck(({ dataset, addIssue }) => {
    // With `abortPipeEarly` it is not reached unless the parts are valid.
    const { clientSecrets, ...others } = dataset.value as v.InferOutput<typeof parts>;
    for (const [key, value] of Object.entries(others)) {
      const texts = [value].flat().filter((text) => text !== undefined);
      if (!texts.some((text) => holdsOneOf(text, clientSecrets))) continue;
      const path = [{ type: 'object', origin: 'value', input: others, key, value }] as const;
      addIssue({ message: 'holds the client secret', path: [...path] });
    }
  }),
);
