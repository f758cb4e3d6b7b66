/** The configuration of a client for this ARN; for a name, the environment's Region. */
export function regionOf(arnOrName: string): { readonly region?: string } {
  const [, , , region] = arnOrName.split(':');
  return region ? { region } : {};
}
