import { openConsole } from '../adobe/own-secrets.ts';
import { clientRotationChecks } from '../doctor/client-rotation-checks.ts';
import { credentialChecks } from '../doctor/credential-checks.ts';
import { examine, type Section } from '../doctor/examination.ts';
import { imsChecks } from '../doctor/ims-checks.ts';
import { type ProductApi, productCheck, readProductApi } from '../doctor/product-check.ts';
import { Report } from '../doctor/report.ts';
import { subjectOf } from '../doctor/subject.ts';
import { usageError } from '../errors.ts';
import { openIms } from '../rotator/mint-once.ts';
import { checkName, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';

export interface DoctorOptions {
  readonly mint?: boolean | undefined;
  readonly api?: string | undefined;
  readonly apiHeader?: readonly string[] | undefined;
  readonly imsEndpointUrl: string | undefined;
  readonly consoleEndpointUrl: string | undefined;
}

/** Checks one thing after another. @returns 1 if any failed, or nothing was seen of what was asked for */
export async function doctor(
  session: Session,
  name: string | undefined,
  options: DoctorOptions,
): Promise<number> {
  const productApi = readProductApi(options.api, options.apiHeader ?? []);
  if (name === undefined && (options.mint === true || productApi !== undefined)) {
    throw usageError('--mint and --api need the name of a credential');
  }
  if (name !== undefined) checkName(name);
  const report = new Report(session);
  const one =
    name === undefined
      ? undefined
      : (rotator: Rotator) => credentialSection(session, rotator, name, { ...options, productApi });
  for await (const { title, checks } of examine(session, one)) await report.section(title, checks);
  return report.end() ? 0 : 1;
}

interface CredentialOptions extends DoctorOptions {
  readonly productApi: ProductApi | undefined;
}

async function* credentialSection(
  session: Session,
  rotator: Rotator,
  name: string,
  { mint = false, imsEndpointUrl, consoleEndpointUrl, productApi }: CredentialOptions,
): AsyncGenerator<Section> {
  await using endpoint = openIms(session, imsEndpointUrl);
  await using console = openConsole(session, consoleEndpointUrl);
  const subject = subjectOf(session, rotator, name);
  const checks = [
    ...credentialChecks(subject),
    ...imsChecks(subject, { endpoint, imsEndpointUrl, mint }),
    ...clientRotationChecks(subject, { adobe: { ims: endpoint, console }, mint }),
    productCheck(subject, productApi),
  ];
  // The endpoints are open until all is reported.
  yield { title: `credential ${name}`, checks };
}
