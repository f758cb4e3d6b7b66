import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import type { Action, ActionResult } from '../../console/messages.ts';
import { isCredentialName } from '../../core/secret-name.ts';
import { pauseCredential, pausingWords } from '../rotator/pausing.ts';
import { Renewals } from '../rotator/renewal.ts';
import type { Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { renewalFix, renewalWords } from '../view/renewal-words.ts';
import { Refused } from './answers.ts';
import { actionHeader } from './guard.ts';
import { asUnknown } from './unknown.ts';

// Bytes.
const longestBody = 4096;

const actionSchema = v.strictObject({
  action: v.picklist(['renew', 'force-renew', 'pause', 'resume']),
  name: v.pipe(v.string(), v.check(isCredentialName)),
});

/**
 * Reads an action. No form and no other origin can send what it needs.
 *
 * @throws Refused
 */
export async function readAction(request: IncomingMessage): Promise<Action> {
  const { headers } = request;
  if (headers[actionHeader] !== '1')
    throw new Refused(403, `the header ${actionHeader} is missing`);
  if (headers['content-type'] !== 'application/json') throw new Refused(415, 'send JSON');
  const parsed = v.safeParse(actionSchema, parseJson(await bodyOf(request)));
  if (!parsed.success) throw new Refused(400, 'this is no action');
  return parsed.output;
}

/** Carries out an action as the command of its name does. */
export async function act(
  session: Session,
  rotator: Rotator,
  { action, name }: Action,
): Promise<ActionResult> {
  try {
    if (action === 'pause' || action === 'resume') {
      const pausing = await pauseCredential(session, rotator, name, action === 'pause');
      return { ok: true, words: pausingWords(name, pausing) };
    }
    const renewal = await new Renewals(session, rotator).renew(name, action === 'force-renew');
    if (renewal.outcome !== 'failed') return { ok: true, words: renewalWords(renewal) };
    const { code = '', message = '' } = renewal;
    return { ok: false, why: { code, message, fix: renewalFix(renewal, session.options) } };
  } catch (error) {
    return { ok: false, why: asUnknown(error) };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) throw new Refused(413, 'this is no action');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
