/** Upper bounds of what one run does; a test compares them with a run. */
export const bounds = { secrets: 80, requests: 800 };

/**
 * The most that a run can cost at AWS, in dollars: a secret's price is prorated by the hour, and each is
 * deleted within one, but a poll of the list costs a request each.
 *
 * @see https://aws.amazon.com/secrets-manager/pricing/
 */
export function cost({ secrets, requests }: typeof bounds): number {
  const hoursPerMonth = 730;
  return secrets * (0.4 / hoursPerMonth) + requests * (0.05 / 10_000);
}
