import type { FaultPlan } from '../wire/fault-plan.ts';
import type { HttpRequest, HttpResponse } from '../wire/http-server.ts';
import type { ImsCall, ImsFault } from './fault.ts';

/** Told when an outage has begun or ended. */
export type OnOutage = (begins: boolean) => Promise<void>;

/** Where somebody begins an outage with PUT, and ends it with DELETE. */
export const outagePath = '/outage';

/**
 * Begins or ends an outage of IMS. No page of another site can: a browser asks before it sends one of
 * these methods there, and gets no permission.
 */
export async function switchOutage(
  { method }: HttpRequest,
  faults: FaultPlan<ImsCall, ImsFault>,
  onOutage: OnOutage,
): Promise<HttpResponse> {
  if (method !== 'PUT' && method !== 'DELETE') {
    return { status: 405, headers: { allow: 'PUT, DELETE' } };
  }
  const begins = method === 'PUT';
  faults.clear();
  if (begins) faults.inject({ kind: 'server-error', status: 503 });
  await onOutage(begins);
  const body = begins ? 'IMS answers 503 from now on.\n' : 'IMS works again.\n';
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}
