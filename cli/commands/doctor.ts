import { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import { type Check, check, type Finding, failed, ok, unknown } from '../doctor/check.ts';
import { credentialChecks, subjectOf } from '../doctor/credential-checks.ts';
import { imsChecks, readStoredToken } from '../doctor/ims-checks.ts';
import { type ProductApi, productCheck, readProductApi } from '../doctor/product-check.ts';
import { accountChecks, rotatorChecks } from '../doctor/rotator-checks.ts';
import { CliError, usageError } from '../errors.ts';
import { listCredentials } from '../rotator/credentials.ts';
import { checkName, findRotator, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { isUnhealthy } from '../view/credential-state.ts';
import { wrapLines } from '../view/table.ts';

export interface DoctorOptions {
  readonly mint?: boolean;
  readonly api?: string;
  readonly apiHeader?: readonly string[];
  readonly imsEndpointUrl: string | undefined;
}

/** Looks at one thing after another. @returns 1 if any of them is not as it has to be */
export async function doctor(
  session: Session,
  name: string | undefined,
  options: DoctorOptions,
): Promise<number> {
  const productApi = readProductApi(options.api, options.apiHeader ?? []);
  if (name === undefined && (options.mint === true || productApi !== undefined)) {
    throw usageError('--mint and --api are about one credential: name it');
  }
  if (name !== undefined) checkName(name);
  const region = await session.secrets.region();
  const report = new Report(session);
  await report.section('AWS', accountChecks(session, region));
  // Without credentials, all that follows would say the same.
  if (!report.hasFailed('AWS credentials')) {
    const rotator = await findRotator(session).catch((error: unknown) => unfound(session, error));
    if (rotator instanceof CliError) {
      await report.section('rotator', [check('rotator', () => notFoundFinding(rotator))]);
    } else {
      await report.section(`rotator ${rotator.name}`, rotatorChecks(session, rotator));
      await lookAtCredentials(report, session, rotator, name, { ...options, productApi });
    }
  }
  report.end();
  return report.failures > 0 ? 1 : 0;
}

interface CredentialOptions extends DoctorOptions {
  readonly productApi: ProductApi | undefined;
}

async function lookAtCredentials(
  report: Report,
  session: Session,
  rotator: Rotator,
  name: string | undefined,
  { mint = false, imsEndpointUrl, productApi }: CredentialOptions,
): Promise<void> {
  if (name === undefined) {
    await report.section('credentials', [allCredentials(session, rotator)]);
    return;
  }
  await using endpoint = new ImsTokenEndpoint({ imsEndpointUrl, timeouts });
  const subject = subjectOf(session, rotator, name);
  const stored = readStoredToken(subject);
  stored.catch(() => undefined);
  await report.section(`credential ${name}`, [
    ...credentialChecks(subject),
    ...imsChecks(subject, stored, { endpoint, imsEndpointUrl, mint }),
    productCheck(subject, stored, productApi),
  ]);
}

function unfound({ signal }: Session, error: unknown): CliError {
  if (error instanceof CliError && error.exitCode === 1 && !signal.aborted) return error;
  throw error;
}

/** What is not there, or spoilt, has failed; what AWS did not let be seen is unknown. */
function notFoundFinding(error: CliError): Promise<Finding> {
  if (error.code.startsWith('ERR_AWS_')) return Promise.reject(error);
  return Promise.resolve(failed(error.message, error.fix ?? 'see docs/runbook.md'));
}

const mostNamed = 5;

// Seconds.
const timeouts = { connect: 5, headers: 10, total: 20 };

function allCredentials(session: Session, rotator: Rotator): Check {
  return check('state', async (): Promise<Finding> => {
    const all = await listCredentials(session, rotator);
    const bad = all.filter(isUnhealthy);
    if (all.length === 0) return unknown('there are none', 'ims-token-rotator onboard NAME FILE');
    if (bad.length === 0) return ok(`${all.length}, none failing, expired or overdue`);
    const names = bad.slice(0, mostNamed).map(({ name, state }) => `${name} (${state})`);
    const more = bad.length > mostNamed ? `, and ${bad.length - mostNamed} more` : '';
    const fix = `ims-token-rotator doctor ${bad[0]?.name}`;
    return failed(`${bad.length} of ${all.length}: ${names.join(', ')}${more}`, fix);
  });
}

const marks = {
  ok: ['✓', 'green'],
  failed: ['✗', 'red'],
  unknown: ['?', 'yellow'],
} as const;

const titleWidth = 17;

/** Tells each finding as it comes, in the order of the checks. */
class Report {
  readonly #session: Session;
  readonly #told: object[] = [];
  readonly #failed = new Set<string>();
  failures = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  async section(title: string, checks: readonly Check[]): Promise<void> {
    const { terminal, options } = this.#session;
    if (options.json !== true) terminal.print(terminal.style('bold', title));
    const progress = terminal.progress(title);
    try {
      for (const { title: what, finding } of checks) {
        progress.say(what);
        const found = await finding;
        if (found.verdict === 'failed') {
          this.failures += 1;
          this.#failed.add(what);
        }
        this.#told.push({ section: title, check: what, ...found });
        if (options.json !== true) progress.above(() => this.#tell(what, found));
      }
    } finally {
      progress.end();
    }
  }

  hasFailed(check: string): boolean {
    return this.#failed.has(check);
  }

  end(): void {
    const { terminal, options } = this.#session;
    if (options.json === true) {
      terminal.printJson({ healthy: this.failures === 0, checks: this.#told });
    }
  }

  #tell(title: string, finding: Finding): void {
    const { terminal } = this.#session;
    const [mark, colour] = marks[finding.verdict];
    const indent = titleWidth + 4;
    const lines = wrapLines(finding.detail, indent, terminal.columns);
    const [first = '', ...rest] = lines;
    const head = `  ${terminal.style(colour, mark)} ${title.padEnd(titleWidth)}${first.trimStart()}`;
    const fix = 'fix' in finding && finding.fix !== undefined ? `→ ${finding.fix}` : undefined;
    const fixes = fix === undefined ? [] : wrapLines(fix, indent, terminal.columns);
    terminal.print([head, ...rest, ...fixes].join('\n'));
  }
}
