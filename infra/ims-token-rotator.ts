import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Schedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { alarmThresholds } from './alarm-thresholds.ts';
import { CredentialEnvironment } from './credential-environment.ts';
import { checkRoom } from './credential-room.ts';
import { CredentialRule } from './credential-rule.ts';
import { ExternalClientSecrets } from './external-client-secrets.ts';
import { ImportedRotator } from './imported-rotator.ts';
import { type IImsCredential, ImsCredential } from './ims-credential.ts';
import type { ImsCredentialProps } from './ims-credential-props.ts';
import type { ImsTokenRotatorAttributes } from './ims-token-rotator-attributes.ts';
import { type IImsTokenRotator, ImsTokenRotatorBase } from './ims-token-rotator-base.ts';
import type { ImsTokenRotatorProps } from './ims-token-rotator-props.ts';
import { grantInvoke } from './invokers.ts';
import { checkKey } from './keys.ts';
import { ManagedCredential } from './managed-credential.ts';
import { checkCredentialName, checkRotatorName, secretPrefix } from './names.ts';
import { NativeRotation } from './native-rotation.ts';
import { OperatorRights } from './operator-rights.ts';
import { refuse } from './refuse.ts';
import { marginProblem } from './renewal-margin.ts';
import { RotatorFunction } from './rotator-function.ts';
import { checkAlarmOptions, RotatorWatch } from './rotator-watch.ts';
import { shardLimits } from './shards.ts';
import { TickSchedule } from './tick-schedule.ts';
import { timingDefaults } from './timing.ts';
import { checkUnique } from './unique-rotators.ts';

/** Keeps the access tokens of Adobe IMS credentials fresh in AWS Secrets Manager. */
export class ImsTokenRotator extends ImsTokenRotatorBase {
  /** References a rotator of this account and Region that another app deploys, by its name. */
  static fromRotatorName(scope: Construct, id: string, rotatorName: string): IImsTokenRotator {
    return new ImportedRotator(scope, id, { rotatorName });
  }

  /** References a rotator that another app deploys: its metrics, credentials and function. */
  static fromRotatorAttributes(
    scope: Construct,
    id: string,
    attributes: ImsTokenRotatorAttributes,
  ): IImsTokenRotator {
    return new ImportedRotator(scope, id, attributes);
  }

  override readonly rotatorName: string;
  override readonly prefix: string;
  /** Renews the tokens. */
  readonly function: LambdaFunction;
  /** The function's execution role. */
  readonly role: IRole;
  /** The function's log. */
  readonly logGroup: LogGroup;
  /** Invokes the function at each tick; with shards, for the first of them. */
  readonly schedule: Schedule;
  /** The schedules, one for each shard. */
  readonly schedules: Schedule[];
  readonly #props: ImsTokenRotatorProps;
  readonly #tick: Duration;
  readonly #function: RotatorFunction;
  readonly #credentials: Construct;
  readonly #others: Construct;
  readonly #environment: CredentialEnvironment;
  readonly #external: ExternalClientSecrets;
  readonly #watch: RotatorWatch;
  readonly #rotation: NativeRotation;
  readonly #operators: OperatorRights;

  constructor(scope: Construct, id: string, props: ImsTokenRotatorProps = {}) {
    super(scope, id);
    const {
      rotatorName = Stack.of(this).stackName,
      encryptionKey,
      tick = timingDefaults.tick,
      shards = shardLimits.least,
    } = props;
    this.#props = props;
    this.#tick = tick;
    checkRotatorName(this, rotatorName);
    this.rotatorName = rotatorName;
    this.prefix = secretPrefix(this, { rotatorName, prefix: props.prefix });
    checkUnique(this);
    checkAlarmOptions(this, props.alarms ?? {});
    this.#function = this.#rotatorFunction();
    this.function = this.#function.function;
    this.#operators = new OperatorRights(this, {
      prefix: this.prefix,
      functionArn: this.function.functionArn,
    });
    if (props.environmentEncryption !== undefined) {
      this.#operators.addEnvironmentKey(props.environmentEncryption);
    }
    if (encryptionKey !== undefined) {
      checkKey(this, encryptionKey);
      this.#allowKey(encryptionKey, 'write');
    }
    this.#checkMargin(undefined);
    const target = this.function;
    this.role = this.#function.role.role;
    this.logGroup = this.#function.logGroup;
    const rights = this.#function.role;
    const { schedules, groupName } = new TickSchedule(this, 'Tick', {
      target,
      tick,
      shards,
      rights,
    });
    this.#operators.addSchedules(groupName);
    this.schedules = [...schedules];
    this.schedule = schedules[0] as Schedule;
    new CredentialRule(this, 'CredentialRule', { target, prefix: this.prefix });
    this.#environment = new CredentialEnvironment(this, 'CredentialEnvironment', this.#function);
    this.#external = new ExternalClientSecrets(this, 'ExternalClientSecrets', this.#function);
    this.#credentials = new Construct(this, 'Credentials');
    this.#others = new Construct(this, 'OtherCredentials');
    this.#watch = new RotatorWatch(this, 'Watch', {
      rotator: rotatorName,
      function: target,
      logGroup: this.logGroup,
      tick,
      shards,
      options: props.alarms ?? {},
      dashboard: props.dashboard ?? true,
    });
    const { topic } = this.#watch;
    if (topic !== undefined) this.#operators.addTopic(topic.topicArn);
    this.#rotation = new NativeRotation(this, 'NativeRotation', {
      rotator: this.#function,
      operators: this.#operators,
      watch: this.#watch,
      tokens: props.nativeRotation === true,
    });
  }

  /** The alarms; empty if they are disabled. */
  get alarms(): Alarm[] {
    return [...this.#watch.alarms];
  }

  /** The credentials that the app added. */
  get credentials(): IImsCredential[] {
    return this.#credentials.node.children as ManagedCredential[];
  }

  /**
   * Adds a credential: creates its two secrets, empty, and lets the rotator renew its token.
   *
   * @param name the credential's short name: lower-case letters, digits and hyphens
   * @throws ValidationError if the properties are invalid, or the stack has 100 credentials already
   */
  addCredential(name: string, props: ImsCredentialProps = {}): IImsCredential {
    checkCredentialName(this, name);
    checkRoom(this, { name, prefix: this.prefix, added: this.#credentials });
    this.#checkMargin(props.renewBefore);
    const encryptionKey = props.encryptionKey ?? this.#props.encryptionKey;
    const credential = new ManagedCredential(this.#credentials, name, {
      ...props,
      encryptionKey,
      name,
      prefix: this.prefix,
      removalPolicy: this.#props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    if (encryptionKey !== undefined) this.#allowKey(encryptionKey, 'write');
    const clientKey = props.clientSecret?.encryptionKey;
    if (clientKey !== undefined) {
      checkKey(credential, clientKey);
      this.#allowKey(clientKey, 'read');
    }
    const elsewhere = props.clientSecret && this.#external.add(credential.clientSecret);
    if (elsewhere !== undefined) this.#operators.addClientSecret(elsewhere);
    const rotates = props.clientSecretRotation === true;
    this.#environment.add(name, { clientSecretArn: elsewhere, rotates });
    // The function would report a credential that it is told of before the secrets exist.
    this.function.node.defaultChild?.node.addDependency(...credential.resources);
    const { clientSecret: client, tokenSecret: token } = credential;
    this.#rotation.add({ ...props, client, token });
    return credential;
  }

  override credential(name: string): IImsCredential {
    checkCredentialName(this, name);
    const added = this.#credentials.node.tryFindChild(name) as ManagedCredential | undefined;
    if (added !== undefined) return added;
    const { account, region } = Stack.of(this);
    const others = this.#others;
    return (
      (others.node.tryFindChild(name) as ImsCredential | undefined) ??
      ImsCredential.fromName(others, name, {
        name,
        prefix: this.prefix,
        account,
        region,
        encryptionKey: this.#props.encryptionKey,
      })
    );
  }

  override grantInvoke(grantee: IGrantable): Grant {
    return grantInvoke(this, this.function, grantee);
  }

  override grantOperate(grantee: IGrantable): Grant {
    return this.#operators.grantOperate(grantee);
  }

  override grantRespondToLeaks(grantee: IGrantable): Grant {
    return this.#operators.grantRespondToLeaks(grantee);
  }

  #rotatorFunction(): RotatorFunction {
    const {
      timeout = timingDefaults.timeout,
      validate = false,
      shards = shardLimits.least,
      shardStems = [],
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
      shards,
      shardStems,
      logRetention,
      tracing,
    });
  }

  #allowKey(key: IKey, use: 'read' | 'write'): void {
    this.#function.role.allowKey(key, use);
    this.#operators.addKey(key);
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
