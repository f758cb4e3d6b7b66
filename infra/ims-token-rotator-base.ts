import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import type { IImsCredential } from './ims-credential.ts';
import { isMetricName, rotatorMetric } from './metrics.ts';
import { refuse } from './refuse.ts';

/** A rotator of this app, or one that is deployed elsewhere. */
export interface IImsTokenRotator extends IConstruct {
  /** The rotator's name, which is also the dimension of its metrics. */
  readonly rotatorName: string;
  /** The prefix of the rotator's secret names, without the slash that follows. */
  readonly prefix: string;

  /**
   * A credential by its short name: one that the app added, or one that was added or onboarded
   * elsewhere.
   */
  credential(name: string): IImsCredential;

  /**
   * Lets a workload invoke the function, for example to renew a credential now.
   *
   * @throws ValidationError if everybody in AWS could invoke it, or if another app deploys it and this
   *   app can add no policy to the grantee; at synthesis, if the grantee is a role of the app that
   *   everybody could assume
   */
  grantInvoke(grantee: IGrantable): Grant;

  /**
   * Lets an operator of the rotator's account run every command of `ims-token-rotator` but `leaked`
   * on this rotator. That includes reading its tokens and client secrets, and deleting them with a
   * recovery window. It also includes `lambda:ListFunctions`, which AWS gives for all functions at
   * once: it shows the environment variables of each function of the account and Region.
   *
   * @throws ValidationError if the grantee is of another account; at synthesis, if it is a role of the
   *   app that everybody could assume
   */
  grantOperate(grantee: IGrantable): Grant;

  /**
   * Lets somebody of the rotator's account run `ims-token-rotator leaked` on this rotator. That
   * includes reading and replacing its tokens and client secrets.
   *
   * @throws ValidationError if the grantee is of another account; at synthesis, if it is a role of the
   *   app that everybody could assume
   */
  grantRespondToLeaks(grantee: IGrantable): Grant;

  /**
   * A metric that the function emits.
   *
   * @param metricName one of the metrics in the reference, for example `Failing`
   * @throws ValidationError if the function emits no such metric
   */
  metric(metricName: string, props?: MetricOptions): Metric;

  /** Completed passes over the whole list of secrets. */
  metricTicks(props?: MetricOptions): Metric;

  /** Credentials found by the last pass. */
  metricManaged(props?: MetricOptions): Metric;

  /** Tokens stored. */
  metricRenewed(props?: MetricOptions): Metric;

  /** Credentials currently failing, or with an answer to a leak that was broken off a day ago. */
  metricFailing(props?: MetricOptions): Metric;

  /** Credentials currently paused. */
  metricPaused(props?: MetricOptions): Metric;

  /** Remaining life, in percent, of the token closest to expiry, paused tokens aside. */
  metricMinLifeLeft(props?: MetricOptions): Metric;

  /** Seconds until the first token expires. */
  metricMinSecondsToExpiry(props?: MetricOptions): Metric;

  /** Remaining life, in percent, of the paused token closest to expiry. */
  metricMinPausedLifeLeft(props?: MetricOptions): Metric;

  /** Client secrets whose rotation is a day late or incomplete. No data where none rotates. */
  metricClientSecretRotationOverdue(props?: MetricOptions): Metric;

  /** Milliseconds from a credential's first read to its stored token. */
  metricRenewalDuration(props?: MetricOptions): Metric;
}

/**
 * What every rotator has by its name alone.
 *
 * @internal
 */
export abstract class ImsTokenRotatorBase extends Construct implements IImsTokenRotator {
  abstract readonly rotatorName: string;
  abstract readonly prefix: string;

  abstract credential(name: string): IImsCredential;

  abstract grantInvoke(grantee: IGrantable): Grant;

  abstract grantOperate(grantee: IGrantable): Grant;

  abstract grantRespondToLeaks(grantee: IGrantable): Grant;

  metric(metricName: string, props?: MetricOptions): Metric {
    if (!isMetricName(metricName)) {
      refuse(this, 'Metric', `the function emits no metric "${metricName}"`);
    }
    return rotatorMetric(this.rotatorName, metricName, props);
  }

  metricTicks(props?: MetricOptions): Metric {
    return this.metric('Ticks', props);
  }

  metricManaged(props?: MetricOptions): Metric {
    return this.metric('Managed', props);
  }

  metricRenewed(props?: MetricOptions): Metric {
    return this.metric('Renewed', props);
  }

  metricFailing(props?: MetricOptions): Metric {
    return this.metric('Failing', props);
  }

  metricPaused(props?: MetricOptions): Metric {
    return this.metric('Paused', props);
  }

  metricMinLifeLeft(props?: MetricOptions): Metric {
    return this.metric('MinLifeLeft', props);
  }

  metricMinSecondsToExpiry(props?: MetricOptions): Metric {
    return this.metric('MinSecondsToExpiry', props);
  }

  metricMinPausedLifeLeft(props?: MetricOptions): Metric {
    return this.metric('MinPausedLifeLeft', props);
  }

  metricClientSecretRotationOverdue(props?: MetricOptions): Metric {
    return this.metric('ClientSecretRotationOverdue', props);
  }

  metricRenewalDuration(props?: MetricOptions): Metric {
    return this.metric('RenewalDuration', props);
  }
}
