import { Stack, Token } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { type IImsCredential, ImsCredential } from './ims-credential.ts';
import type { ImsTokenRotatorAttributes } from './ims-token-rotator-attributes.ts';
import { ImsTokenRotatorBase } from './ims-token-rotator-base.ts';
import { invoker } from './invokers.ts';
import { checkKey, isOwned } from './keys.ts';
import { secretPrefix } from './names.ts';
import { refuseOpenRole } from './open-roles.ts';
import { OperatorRights } from './operator-rights.ts';
import { refuse } from './refuse.ts';

/** A rotator that another app deploys. */
export class ImportedRotator extends ImsTokenRotatorBase {
  override readonly rotatorName: string;
  override readonly prefix: string;
  readonly #attributes: ImsTokenRotatorAttributes;

  constructor(scope: Construct, id: string, attributes: ImsTokenRotatorAttributes) {
    super(scope, id);
    const { rotatorName, encryptionKey } = attributes;
    this.#attributes = attributes;
    this.rotatorName = rotatorName;
    this.prefix = secretPrefix(this, attributes);
    if (encryptionKey !== undefined) checkKey(this, encryptionKey);
  }

  override credential(name: string): IImsCredential {
    const present = this.node.tryFindChild(name) as ImsCredential | undefined;
    const here = Stack.of(this);
    const { account = here.account, region = here.region, encryptionKey } = this.#attributes;
    return (
      present ??
      ImsCredential.fromName(this, name, {
        name,
        prefix: this.prefix,
        account,
        region,
        encryptionKey,
      })
    );
  }

  override grantInvoke(grantee: IGrantable): Grant {
    refuseOpenRole(this, grantee, invoker);
    const grant = Grant.addToPrincipal({
      grantee,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.#functionArn],
    });
    if (grant.success && !isOfAnotherAccount(this, grantee)) return grant;
    return refuse(
      this,
      'FunctionImported',
      'this app can add no policy to the grantee, which is no role or user of the app or its account; ' +
        'grant it where the rotator is deployed, or here to the role that invokes the function',
    );
  }

  override grantOperate(grantee: IGrantable): Grant {
    return this.#rights.grantOperate(grantee);
  }

  override grantRespondToLeaks(grantee: IGrantable): Grant {
    return this.#rights.grantRespondToLeaks(grantee);
  }

  get #rights(): OperatorRights {
    const { account, region, encryptionKey, alarmTopicArn, scheduleGroupName } = this.#attributes;
    const place = {
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
    };
    const rights = new OperatorRights(this, {
      prefix: this.prefix,
      functionArn: this.#functionArn,
      place,
    });
    if (alarmTopicArn === undefined) rights.addAnyTopic(place);
    else rights.addTopic(alarmTopicArn);
    rights.addSchedules(scheduleGroupName, place);
    if (encryptionKey !== undefined) rights.addKey(encryptionKey);
    return rights;
  }

  override metric(metricName: string, props?: MetricOptions): Metric {
    const { account, region } = this.#attributes;
    return super.metric(metricName, {
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
      ...props,
    });
  }

  get #functionArn(): string {
    const { functionArn } = this.#attributes;
    if (functionArn !== undefined) return functionArn;
    return refuse(
      this,
      'FunctionUnknown',
      `the function of the rotator "${this.rotatorName}" is unknown; give its ARN as functionArn of ` +
        'ImsTokenRotator.fromRotatorAttributes(…)',
    );
  }
}

/** True for an imported role of an account that CDK cannot change: it would claim success. */
function isOfAnotherAccount(scope: IConstruct, { grantPrincipal }: IGrantable): boolean {
  const { principalAccount: account } = grantPrincipal;
  const own = Stack.of(scope).account;
  if (account === undefined || Token.isUnresolved(account) || Token.isUnresolved(own)) return false;
  return !isOwned(grantPrincipal) && account !== own;
}
