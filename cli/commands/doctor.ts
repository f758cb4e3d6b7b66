import { openConsole } from '../adobe/own-secrets.ts';
import { accountChecks } from '../doctor/account-checks.ts';
import { allCredentialsCheck } from '../doctor/all-credentials-check.ts';
import { check, type Finding, failed } from '../doctor/check.ts';
import { clientRotationChecks } from '../doctor/client-rotation-checks.ts';
import { credentialChecks } from '../doctor/credential-checks.ts';
import { imsChecks } from '../doctor/ims-checks.ts';
import { networkCheck } from '../doctor/network-check.ts';
import { type ProductApi, productCheck, readProductApi } from '../doctor/product-check.ts';
import { Report } from '../doctor/report.ts';
import { rotatorChecks } from '../doctor/rotator-checks.ts';
import { subjectOf } from '../doctor/subject.ts';
import { CliError, usageError } from '../errors.ts';
import { findRotator } from '../rotator/find-rotator.ts';
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

/** Checks one thing after another. @returns 1 if any check failed */
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
  const region = await session.secrets.region();
  const report = new Report(session);
  await report.section('AWS', [networkCheck(session), ...accountChecks(session, region)]);
  // Without AWS credentials, every other check would fail for the same reason.
  if (!report.hasFailed('AWS credentials')) {
    const rotator = await findRotator(session).catch((error: unknown) => asValue(session, error));
    if (rotator instanceof CliError) {
      await report.section('rotator', [check('rotator', () => notFoundFinding(rotator))]);
    } else {
      await report.section(`rotator ${rotator.name}`, rotatorChecks(session, rotator));
      await checkCredentials(report, session, rotator, name, { ...options, productApi });
    }
  }
  report.end();
  return report.failures > 0 ? 1 : 0;
}

interface CredentialOptions extends DoctorOptions {
  readonly productApi: ProductApi | undefined;
}

async function checkCredentials(
  report: Report,
  session: Session,
  rotator: Rotator,
  name: string | undefined,
  { mint = false, imsEndpointUrl, consoleEndpointUrl, productApi }: CredentialOptions,
): Promise<void> {
  if (name === undefined) {
    await report.section('credentials', [allCredentialsCheck(session, rotator)]);
    return;
  }
  await using endpoint = openIms(session, imsEndpointUrl);
  await using console = openConsole(session, consoleEndpointUrl);
  const subject = subjectOf(session, rotator, name);
  await report.section(`credential ${name}`, [
    ...credentialChecks(subject),
    ...imsChecks(subject, { endpoint, imsEndpointUrl, mint }),
    ...clientRotationChecks(subject, { adobe: { ims: endpoint, console }, mint }),
    productCheck(subject, productApi),
  ]);
}

function asValue({ signal }: Session, error: unknown): CliError {
  if (error instanceof CliError && error.exitCode === 1 && !signal.aborted) return error;
  throw error;
}

/** A missing or broken rotator has failed. If AWS did not allow the look, it is unknown. */
function notFoundFinding(error: CliError): Promise<Finding> {
  if (error.code.startsWith('ERR_AWS_')) return Promise.reject(error);
  return Promise.resolve(failed(error.message, error.fix ?? 'see docs/runbook.md'));
}
