import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Alarm, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable, Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Schedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { secretName } from '../core/contract.ts';
import { alarmThresholds } from './alarm-thresholds.ts';
import { CredentialEnvironment } from './credential-environment.ts';
import { CredentialRule } from './credential-rule.ts';
import { ExternalClientSecrets } from './external-client-secrets.ts';
import type { ImsCredential } from './ims-credential.ts';
import type { ImsCredentialProps } from './ims-credential-props.ts';
import type { ImsTokenRotatorProps } from './ims-token-rotator-props.ts';
import { checkKey } from './keys.ts';
import { ManagedCredential } from './managed-credential.ts';
import { isMetricName, rotatorMetric } from './metrics.ts';
import { checkCredentialName, checkRotatorName, secretPrefix } from './names.ts';
import { NativeRotation } from './native-rotation.ts';
import { refuse } from './refuse.ts';
import { marginProblem } from './renewal-margin.ts';
import { RotatorFunction } from './rotator-function.ts';
import { checkAlarmOptions, RotatorWatch } from './rotator-watch.ts';
import { TickSchedule } from './tick-schedule.ts';
import { timingDefaults } from './timing.ts';

// Keeps the largest stack below CloudFormation's limit of 500 resources.
const maxCredentials = 100;

/** Keeps the access tokens of Adobe IMS credentials fresh in AWS Secrets Manager. */
export class ImsTokenRotator extends Construct {
  /** The rotator's name, which is also the dimension of its metrics. */
  readonly rotatorName: string;
  /** The prefix of the rotator's secret names, without the slash that follows. */
  readonly prefix: string;
  /** Renews the tokens. */
  readonly function: LambdaFunction;
  /** The function's execution role. */
  readonly role: Role;
  /** The function's log. */
  readonly logGroup: LogGroup;
  /** Invokes the function at each tick. */
  readonly schedule: Schedule;
  /** The alarms; empty if they are disabled. */
  readonly alarms: readonly Alarm[];
  readonly #props: ImsTokenRotatorProps;
  readonly #tick: Duration;
  readonly #function: RotatorFunction;
  readonly #credentials: Construct;
  readonly #environment: CredentialEnvironment;
  readonly #external: ExternalClientSecrets;
  readonly #rotation: NativeRotation | undefined;

  constructor(scope: Construct, id: string, props: ImsTokenRotatorProps = {}) {
    super(scope, id);
    const {
      rotatorName = Stack.of(this).stackName,
      encryptionKey,
      tick = timingDefaults.tick,
    } = props;
    this.#props = props;
    this.#tick = tick;
    checkRotatorName(this, rotatorName);
    this.rotatorName = rotatorName;
    this.prefix = secretPrefix(this, { rotatorName, prefix: props.prefix });
    this.#checkUnique();
    checkAlarmOptions(this, props.alarms ?? {});
    this.#function = this.#rotatorFunction();
    if (encryptionKey !== undefined) {
      checkKey(this, encryptionKey);
      this.#function.role.allowKey(encryptionKey, 'write');
    }
    this.#checkMargin(undefined);
    const target = this.#function.function;
    this.function = target;
    this.role = this.#function.role.role;
    this.logGroup = this.#function.logGroup;
    const tickSchedule = new TickSchedule(this, 'Tick', { target, tick });
    // A tick would fail before the role has its policies.
    tickSchedule.node.addDependency(this.#function);
    this.schedule = tickSchedule.schedule;
    new CredentialRule(this, 'CredentialRule', { target, prefix: this.prefix });
    this.#environment = new CredentialEnvironment(this, 'CredentialEnvironment', this.#function);
    this.#external = new ExternalClientSecrets(this, 'ExternalClientSecrets', this.#function);
    this.#credentials = new Construct(this, 'Credentials');
    this.#rotation =
      props.nativeRotation === true
        ? new NativeRotation(this, 'NativeRotation', this.#function)
        : undefined;
    this.alarms = new RotatorWatch(this, 'Watch', {
      rotator: rotatorName,
      function: target,
      logGroup: this.logGroup,
      tick,
      options: props.alarms ?? {},
      dashboard: props.dashboard ?? true,
    }).alarms;
  }

  /**
   * Adds a credential: creates its two secrets, empty, and lets the rotator renew its token.
   *
   * @param name the credential's short name: lower-case letters, digits and hyphens
   * @throws ValidationError if the properties are invalid, or the stack has 100 credentials already
   */
  addCredential(name: string, props: ImsCredentialProps = {}): ImsCredential {
    checkCredentialName(this, name);
    if (this.#credentials.node.tryFindChild(name) !== undefined) {
      refuse(this, 'CredentialTwice', `the credential "${name}" was already added`);
    }
    if (this.#credentials.node.children.length >= maxCredentials) {
      refuse(
        this,
        'TooManyCredentials',
        `a rotator's stack can have at most ${maxCredentials} credentials; onboard more at run ` +
          'time, without a deployment: the same rotator serves any two secrets named ' +
          `${secretName(this.prefix, '<credential>', 'client')} and ` +
          secretName(this.prefix, '<credential>', 'token'),
      );
    }
    this.#checkMargin(props.renewBefore);
    const encryptionKey = props.encryptionKey ?? this.#props.encryptionKey;
    const credential = new ManagedCredential(this.#credentials, name, {
      ...props,
      encryptionKey,
      name,
      prefix: this.prefix,
      removalPolicy: this.#props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    if (encryptionKey !== undefined) this.#function.role.allowKey(encryptionKey, 'write');
    const clientKey = props.clientSecret?.encryptionKey;
    if (clientKey !== undefined) {
      checkKey(credential, clientKey);
      this.#function.role.allowKey(clientKey, 'read');
    }
    const elsewhere = props.clientSecret && this.#external.add(credential.clientSecret);
    this.#environment.add(name, elsewhere);
    // The function would report a credential that it is told of before the secrets exist.
    this.function.node.addDependency(...credential.resources);
    this.#rotation?.attach(credential.tokenSecret);
    return credential;
  }

  /** Lets an operator or a workload invoke the function, for example to renew a credential now. */
  grantInvoke(grantee: IGrantable): Grant {
    return this.function.grantInvoke(grantee);
  }

  /**
   * A metric that the function emits.
   *
   * @param metricName one of the metrics in the reference, for example `Failing`
   * @throws ValidationError if the function emits no such metric
   */
  metric(metricName: string, props?: MetricOptions): Metric {
    if (!isMetricName(metricName)) {
      refuse(this, 'Metric', `the function emits no metric "${metricName}"`);
    }
    return rotatorMetric(this.rotatorName, metricName, props);
  }

  /** Completed passes over the whole list of secrets. */
  metricTicks(props?: MetricOptions): Metric {
    return this.metric('Ticks', props);
  }

  /** Credentials found by the last pass. */
  metricManaged(props?: MetricOptions): Metric {
    return this.metric('Managed', props);
  }

  /** Tokens stored. */
  metricRenewed(props?: MetricOptions): Metric {
    return this.metric('Renewed', props);
  }

  /** Credentials currently failing. */
  metricFailing(props?: MetricOptions): Metric {
    return this.metric('Failing', props);
  }

  /** Credentials currently paused. */
  metricPaused(props?: MetricOptions): Metric {
    return this.metric('Paused', props);
  }

  /** Remaining life, in percent, of the token closest to expiry, paused tokens aside. */
  metricMinLifeLeft(props?: MetricOptions): Metric {
    return this.metric('MinLifeLeft', props);
  }

  /** Seconds until the first token expires. */
  metricMinSecondsToExpiry(props?: MetricOptions): Metric {
    return this.metric('MinSecondsToExpiry', props);
  }

  /** Remaining life, in percent, of the paused token closest to expiry. */
  metricMinPausedLifeLeft(props?: MetricOptions): Metric {
    return this.metric('MinPausedLifeLeft', props);
  }

  /** Milliseconds from a credential's first read to its stored token. */
  metricRenewalDuration(props?: MetricOptions): Metric {
    return this.metric('RenewalDuration', props);
  }

  #rotatorFunction(): RotatorFunction {
    const {
      timeout = timingDefaults.timeout,
      validate = timingDefaults.validate,
      logRetention = RetentionDays.THREE_MONTHS,
      tracing = false,
    } = this.#props;
    return new RotatorFunction(this, 'Function', {
      ...this.#props,
      rotator: this.rotatorName,
      prefix: this.prefix,
      tick: this.#tick,
      timeout,
      validate,
      logRetention,
      tracing,
    });
  }

  /** Two rotators with one name would renew each other's tokens and share their metrics. */
  #checkUnique(): void {
    const { environment } = Stack.of(this);
    const others = this.node.root.node
      .findAll()
      .filter((other) => other instanceof ImsTokenRotator)
      .filter((other) => other !== this && Stack.of(other).environment === environment);
    const nested = (outer: string, inner: string): boolean => `${inner}/`.startsWith(`${outer}/`);
    for (const { node, rotatorName, prefix } of others) {
      if (rotatorName === this.rotatorName) {
        const message = `${node.path} is also named "${rotatorName}"; give one of them another rotatorName`;
        refuse(this, 'RotatorTwice', message);
      }
      if (nested(prefix, this.prefix) || nested(this.prefix, prefix)) {
        const message = `the prefix "${this.prefix}" overlaps with "${prefix}" of ${node.path}`;
        refuse(this, 'PrefixTwice', message);
      }
    }
  }

  #checkMargin(renewBefore: Duration | undefined): void {
    const { alarms } = this.#props;
    const problem = marginProblem({
      renewBefore: renewBefore?.toSeconds(),
      tick: this.#tick.toSeconds(),
      pagePercent: alarms?.enabled === false ? 0 : alarmThresholds(alarms).pagePercent,
    });
    if (problem !== undefined) refuse(this, 'RenewalTooLate', problem);
  }
}
