/**
 * The account and Region in an ARN: an environment variable or a profile may have chosen others than
 * a person has in mind.
 */
export function placeOf(arn: string): string {
  const [, , , region, account] = arn.split(':');
  return `in account ${account}, Region ${region}`;
}
