import { describe, expect, it } from 'vitest';
import type {
  CredentialDetail,
  DoctorEvent,
  FleetEvent,
  Health,
  Pasts,
  Readers,
  Timeline,
} from '../../../console/messages.ts';
import { environmentVariables } from '../../../core/contract.ts';
import type { Authorize } from '../../../emulators/wire/authorization.ts';
import { hour } from '../../support/builders.ts';
import { jsonOf, read } from '../../support/document.ts';
import { actionsOf, isAllowed, type Statement } from '../../support/iam.ts';
import { seedCredential } from '../operator.ts';
import { next, nextOf, openConsole } from './looker.ts';

/** A policy of the operator that allows what the predicate does; the function may do everything. */
function operatorMay(allows: (action: string) => boolean): Authorize {
  return (action, _, { 'aws:PrincipalArn': principal }) =>
    !String(principal).endsWith(':user/local') || allows(action);
}

const lists = operatorMay((action) => action === 'secretsmanager:ListSecrets');

const lacks = (right: string) => ({ unknown: { code: 'ERR_AWS_DENIED', right } });

/** The events of a stream until it ends. */
async function all<Event>(events: AsyncGenerator<Event, void>): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

describe('with the right to list secrets alone, the console', () => {
  it('shows the fleet, and says that the function is not known', async () => {
    const { world, events } = await openConsole({
      world: { authorize: lists },
      prepare: (rotator) => seedCredential(rotator.world, 'fusion', { expiresIn: 20 * hour }),
    });
    const { fleet, rows } = await nextOf(events<FleetEvent>('/api/fleet/events'), 'fleet');
    expect(rows).toMatchObject([{ name: 'fusion', state: 'fresh' }]);
    expect(rows[0]).not.toHaveProperty('clientSecret');
    expect(fleet).toMatchObject({
      functionUnknown: lacks('lambda:ListFunctions').unknown,
      abandoned: lacks('lambda:ListFunctions'),
    });
    const asked = world.secretsManager.calls.map(({ action }) => action);
    expect(new Set(asked)).toEqual(new Set(['ListSecrets']));
  });

  it('shows the settings from the list, and what it cannot know as unknown', async () => {
    const { events, json } = await openConsole({
      world: { authorize: lists },
      prepare: (rotator) => seedCredential(rotator.world, 'fusion', { expiresIn: 20 * hour }),
    });
    await nextOf(events<FleetEvent>('/api/fleet/events'), 'fleet');
    const detail = await json<CredentialDetail>('/api/credentials/fusion');
    expect(detail).toMatchObject({
      tokenSecret: { known: { name: 'ims-token-rotator/local/fusion/token' } },
      clientSecret: lacks('lambda:ListFunctions'),
      history: lacks('secretsmanager:ListSecretVersionIds'),
      clientHistory: lacks('lambda:ListFunctions'),
    });
    expect(await json<Timeline>('/api/timeline?names=fusion')).toMatchObject({
      fusion: lacks('secretsmanager:ListSecretVersionIds'),
    });
    expect(await json<Readers>('/api/credentials/fusion/readers')).toMatchObject(
      lacks('cloudtrail:LookupEvents'),
    );
    const health = await next(events<Health>('/api/health/events'));
    expect(health).toMatchObject({
      lastTick: lacks('cloudwatch:GetMetricData'),
      alarms: lacks('cloudwatch:DescribeAlarmsForMetric'),
      plots: {
        day: lacks('cloudwatch:GetMetricData'),
        week: lacks('cloudwatch:GetMetricData'),
      },
    });
  });

  it('takes what it does not find under an assumed name for unknown', async () => {
    const { events } = await openConsole({
      world: { authorize: operatorMay((action) => !action.startsWith('lambda:')) },
      prepare: ({ world }) => {
        seedCredential(world, 'fusion', { expiresIn: 20 * hour });
        world.aws.account.alarms.clear();
      },
    });
    expect(await next(events<Health>('/api/health/events'))).toMatchObject({
      lastTick: lacks('lambda:ListFunctions'),
      alarms: lacks('lambda:ListFunctions'),
      plots: { day: lacks('lambda:ListFunctions'), week: lacks('lambda:ListFunctions') },
    });
  });

  it('finds no check of the rotator good that it could not make', async () => {
    const { events } = await openConsole({
      world: { authorize: lists },
      prepare: (rotator) => seedCredential(rotator.world, 'fusion', { expiresIn: 20 * hour }),
    });
    const found = await all(events<DoctorEvent>('/api/doctor/events?name=fusion'));
    const good = found.flatMap((event) =>
      event.type === 'finding' && event.verdict === 'ok' ? [event.check] : [],
    );
    expect(good).toEqual(['network', 'AWS credentials', 'clock']);
    expect(found.at(-1)).toEqual({ type: 'end', failures: 0 });
  });
});

it('without the right to describe secrets, the console shows no other one for an imported client secret', async () => {
  const imported = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/adobe-AbCdEf';
  const { events, json } = await openConsole({
    world: {
      authorize: operatorMay((action) => action !== 'secretsmanager:DescribeSecret'),
      environment: {
        [environmentVariables.clientSecrets]: JSON.stringify({ fusion: imported }),
      },
    },
    prepare: ({ world }) => {
      seedCredential(world, 'fusion', { expiresIn: 20 * hour });
      world.secretsManager.seed({ name: world.secretId('fusion', 'client') });
    },
  });
  const { rows } = await nextOf(events<FleetEvent>('/api/fleet/events'), 'fleet');
  expect(rows).toMatchObject([{ name: 'fusion', state: 'fresh' }]);
  expect(rows[0]).not.toHaveProperty('clientSecret');
  expect(await json<CredentialDetail>('/api/credentials/fusion')).toMatchObject({
    tokenSecret: { known: { name: 'ims-token-rotator/local/fusion/token' } },
    clientSecret: lacks('secretsmanager:DescribeSecret'),
  });
});

describe('with the policy of its document, the console', () => {
  const [json = ''] = jsonOf(read('docs/console.md'));
  const statements: readonly Statement[] = JSON.parse(
    json.replace('ACCOUNT', '111122223333'),
  ).Statement;

  it('knows everything, and needs each right', async () => {
    const used = new Set<string>();
    const authorize: Authorize = (action, resource, context) => {
      if (!String(context['aws:PrincipalArn']).endsWith(':user/local')) return true;
      used.add(action);
      return isAllowed(statements, action, resource, context);
    };
    const { events, json: ask } = await openConsole({
      world: { authorize },
      prepare: ({ world }) => {
        seedCredential(world, 'fusion', { expiresIn: 20 * hour });
      },
    });
    const answers = [
      await nextOf(events<FleetEvent>('/api/fleet/events'), 'fleet'),
      await ask<CredentialDetail>('/api/credentials/fusion'),
      await ask<Readers>('/api/credentials/fusion/readers'),
      await ask<Timeline>('/api/timeline?names=fusion'),
      await ask<Pasts>('/api/past?names=fusion'),
      await next(events<Health>('/api/health/events')),
      await all(events<DoctorEvent>('/api/doctor/events?name=fusion')),
    ];
    expect(JSON.stringify(answers)).not.toContain('ERR_AWS_DENIED');
    expect(JSON.stringify(answers)).not.toContain('not authorized');
    // The secrets here have the AWS managed key, of which nothing is asked.
    const granted = statements.flatMap(actionsOf).filter((action) => action !== 'kms:DescribeKey');
    expect([...used].toSorted()).toEqual(granted.toSorted());
  });
});

describe('without the right to read any value, the console', () => {
  const readsNothing = operatorMay((action) => action !== 'secretsmanager:GetSecretValue');

  it('does everything, and does not even try to read one', async () => {
    const { world, events, json, ask } = await openConsole({
      world: { authorize: readsNothing },
      allowsActions: true,
      prepare: async (rotator) => {
        await rotator.onboard('fusion');
        await rotator.invoke({ action: 'tick' });
        // Only its value shows when it expires.
        const { prefix, secretsManager } = rotator.world;
        secretsManager.seed({ name: `${prefix}/by-hand/client`, secretString: '{}' });
        secretsManager.seed({ name: `${prefix}/by-hand/token`, secretString: '{}' });
      },
    });
    await nextOf(events<FleetEvent>('/api/fleet/events'), 'fleet');
    for (const name of ['fusion', 'by-hand']) {
      const detail = await json<CredentialDetail>(`/api/credentials/${name}`);
      expect(detail.history).toHaveProperty('known');
      expect(detail.clientHistory).toHaveProperty('known');
      expect(await json<Readers>(`/api/credentials/${name}/readers`)).toHaveProperty('known');
      const found = await all(events<DoctorEvent>(`/api/doctor/events?name=${name}`));
      expect(found.at(-1)?.type).toBe('end');
      const values = found.find((event) => event.type === 'finding' && event.check === 'token');
      expect(values).toMatchObject({ verdict: name === 'fusion' ? 'ok' : 'unknown' });
    }
    expect((await all(events<DoctorEvent>('/api/doctor/events'))).at(-1)?.type).toBe('end');
    await json<Timeline>('/api/timeline?names=fusion,by-hand');
    await json<Pasts>('/api/past?names=fusion,by-hand');
    await next(events<Health>('/api/health/events'));
    const headers = { 'content-type': 'application/json', 'ims-token-rotator-console': '1' };
    for (const action of ['renew', 'force-renew', 'pause', 'resume']) {
      const body = JSON.stringify({ action, name: 'fusion' });
      expect((await ask('/api/actions', { method: 'POST', headers }, body)).status).toBe(200);
    }
    // Of the console; the function has read its own.
    const byConsole = world.aws.account.events
      .filter(({ accessKeyId }) => accessKeyId === 'operator')
      .map(({ eventName }) => eventName);
    expect(byConsole).toContain('ListSecretVersionIds');
    expect(byConsole).not.toContain('GetSecretValue');
  });
});
