import type { DoctorEvent } from '../../console/messages.ts';
import { check, unknown } from '../doctor/check.ts';
import { describedRotationCheck } from '../doctor/client-rotation-checks.ts';
import { describedChecks } from '../doctor/credential-checks.ts';
import { examine, type Section } from '../doctor/examination.ts';
import { describedOf } from '../doctor/subject.ts';
import { checkName, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { asUnknown } from './unknown.ts';

/**
 * The checks of `doctor` that read no value, one after another.
 *
 * @param name a credential. @default all, from metadata alone
 */
export async function* doctorEvents(
  session: Session,
  name: string | undefined,
): AsyncGenerator<DoctorEvent> {
  let failures = 0;
  try {
    if (name !== undefined) checkName(name);
    const one =
      name === undefined ? undefined : (rotator: Rotator) => sections(session, rotator, name);
    for await (const { title: section, checks } of examine(session, one)) {
      yield { type: 'begin', section, checks: checks.map(({ title }) => title) };
      for (const { title, finding } of checks) {
        const found = await finding;
        if (found.verdict === 'failed') failures += 1;
        yield { type: 'finding', section, check: title, ...found };
      }
    }
    yield { type: 'end', failures };
  } catch (error) {
    yield { type: 'broken', why: asUnknown(error) };
  }
}

async function* sections(
  session: Session,
  rotator: Rotator,
  name: string,
): AsyncGenerator<Section> {
  const described = describedOf(session, rotator, name);
  const doctor = nextCommand(`doctor ${name}`, session.options);
  const values = unknown('the console reads none', doctor);
  yield await Promise.resolve({
    title: `credential ${name}`,
    checks: [
      ...describedChecks(described),
      describedRotationCheck(described),
      check('stored values', () => Promise.resolve(values)),
    ],
  });
}
