import { ImsTokenEndpoint } from '../../lambda/adapters/ims-token-endpoint.ts';
import { listCredentials } from '../credentials.ts';
import { type Check, check, type Finding, failed, ok, unknown } from '../doctor/check.ts';
import { credentialChecks, subjectOf } from '../doctor/credential-checks.ts';
import { imsChecks, readStoredToken } from '../doctor/ims-checks.ts';
import { productCheck, readProductApi } from '../doctor/product-check.ts';
import { accountChecks, rotatorChecks } from '../doctor/rotator-checks.ts';
import { usageError } from '../errors.ts';
import { checkName, findRotator, type Rotator } from '../rotator.ts';
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
  const api = readProductApi(options.api, options.apiHeader ?? []);
  if (name === undefined && (options.mint === true || api !== undefined)) {
    throw usageError('--mint and --api are about one credential: name it');
  }
  if (name !== undefined) checkName(name);
  const region = await session.secrets.region();
  const report = new Report(session);
  await report.section('AWS', accountChecks(session, region));
  // Without an account to look into, all that follows would say the same.
  if (report.failures === 0) {
    const rotator = await findRotator(session);
    await report.section(`rotator ${rotator.name}`, rotatorChecks(session, rotator));
    if (name === undefined) await report.section('credentials', [allCredentials(session, rotator)]);
    else {
      const { imsEndpointUrl } = options;
      await using endpoint = new ImsTokenEndpoint(imsEndpointUrl ? { imsEndpointUrl } : {});
      const checks = checksOf(session, rotator, name, { ...options, endpoint });
      await report.section(`credential ${name}`, checks);
    }
  }
  report.end();
  return report.failures > 0 ? 1 : 0;
}

function checksOf(
  session: Session,
  rotator: Rotator,
  name: string,
  {
    mint = false,
    api,
    apiHeader = [],
    imsEndpointUrl,
    endpoint,
  }: DoctorOptions & { readonly endpoint: ImsTokenEndpoint },
): readonly Check[] {
  const subject = subjectOf(session, rotator, name);
  const stored = readStoredToken(subject);
  stored.catch(() => undefined);
  return [
    ...credentialChecks(subject),
    ...imsChecks(subject, stored, { endpoint, imsEndpointUrl, mint }),
    productCheck(subject, stored, readProductApi(api, apiHeader)),
  ];
}

const mostNamed = 5;

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
        if (found.verdict === 'failed') this.failures += 1;
        this.#told.push({ section: title, check: what, ...found });
        if (options.json !== true) progress.above(() => this.#tell(what, found));
      }
    } finally {
      progress.end();
    }
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
