import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { metricUnits, products, tagKeys } from '../../core/contract.ts';
import { parseCredential } from '../../core/credential.ts';
import { parseEvent } from '../../core/event.ts';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { formatStatus, parseStatus } from '../../core/status.ts';
import { encodeStoredToken } from '../../core/stored-token.ts';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../infra/settings.ts';
import {
  firstCells,
  helpOf,
  jsonOf,
  longOptions,
  messageOf,
  oneLine,
  optionsOf,
  quoted,
  read,
  sectionsOf,
} from '../support/document.ts';
import { actionsOf, roleStatements } from '../support/iam.ts';

const reference = read('docs/reference.md');

describe('the reference', () => {
  const chapters = sectionsOf(reference, '##');
  const chapter = (title: string): string => chapters.get(title) ?? '';

  it('lists every setting', () => {
    const unknown = (): unknown => parseSettings({ nonsense: true });
    const [, known = ''] = /nonsense: .*? are (.*)/.exec(messageOf(unknown)) ?? [];
    const settings = known.split(', ');
    expect(settings.length).toBeGreaterThan(10);
    const cells = firstCells(chapter('Settings')).join(' ');
    for (const setting of settings)
      expect(cells).toMatch(new RegExp(`[\`.]${setting.replace('$', '\\$')}[\`.]`));
  });

  it('shows settings of a closed network that are accepted', () => {
    const [json = ''] = jsonOf(chapter('Closed networks'));
    const { 'ims-token-rotator': settings } = JSON.parse(`{${json.trim().replace(/,$/, '')}}`);
    expect(parseSettings(settings)).toMatchObject(settings);
  });

  it('says how the commands get into PATH, as the help of completion does, and what they need', async () => {
    const { name, version, engines } = JSON.parse(read('package.json'));
    const text = oneLine(chapter('Commands'));
    expect(text).toContain(`npm install --global ${name}-${version}.tgz`);
    expect(text).toContain(`Node.js ${engines.node.replace('>=', '')} or later`);
    expect(oneLine(await helpOf('completion'))).toContain('npm install --global FILE');
  });

  it('lists every product', () => {
    const [, list = ''] = /### Products\n\n(.*?)\n\n/s.exec(reference) ?? [];
    expect(quoted(list)).toEqual(products);
  });

  it('shows a credential that is accepted', () => {
    const [json = ''] = jsonOf(chapter('Credential forms'));
    const { clientId, scopes } = parseCredential(json.replaceAll('…', 'x'));
    expect(clientId).toMatch(/^[0-9a-f]{32}$/);
    expect(scopes).toContain('openid');
  });

  it('shows a token secret as the rotator writes it', () => {
    const [json = ''] = jsonOf(chapter('Token secret'));
    const shown = JSON.parse(json);
    const issuedAt = epochSeconds(Date.parse(shown.issued_at) / 1000);
    const token = {
      accessToken: new Sensitive(shown.access_token),
      issuedAt,
      expiresAt: epochSeconds(issuedAt + shown.expires_in),
      lifetime: shown.expires_in,
    };
    const credential = {
      clientId: shown.client_id,
      clientSecrets: [],
      scopes: shown.scope.split(','),
      orgId: shown.org_id,
      imsHost: shown.ims_host,
    };
    const encoded = encodeStoredToken(token, credential, shown.client_secret_version);
    expect(JSON.parse(encoded)).toEqual(shown);
    expect(Object.keys(shown)).toEqual(Object.keys(JSON.parse(encoded)));
    const described = quoted(firstCells(chapter('Token secret')).join(' '));
    expect(described).toEqual(expect.arrayContaining(Object.keys(shown).slice(1)));
  });

  it('lists every option of the client', () => {
    const optionsIn = (file: string, name: string): string[] => {
      const [, members = ''] =
        new RegExp(`^export interface ${name} \\{(.*?)^\\}`, 'ms').exec(read(file)) ?? [];
      return [...members.matchAll(/^ {2}readonly (\w+)/gm)].map(([, option = '']) => option);
    };
    const cells = quoted(firstCells(chapter('Client')).join(' '));
    const listed = [
      ...optionsIn('client/options.ts', 'TokenReaderOptions'),
      ...optionsIn('client/create-ims-fetch.ts', 'ImsFetchOptions'),
    ];
    expect(listed.length).toBeGreaterThan(10);
    expect(cells).toEqual(expect.arrayContaining(listed));
    for (const option of optionsIn('client/options.ts', 'RotatorOptions')) {
      expect(chapter('Client')).toContain(`\`${option}\``);
    }
  });

  it('lists every tag', () => {
    const cells = quoted(firstCells(chapter('Token secret')).join(' '));
    expect(cells).toEqual(expect.arrayContaining(Object.values(tagKeys)));
  });

  it('shows a status tag as the rotator writes it', () => {
    const [, value = ''] = /status = (failing .*?)\n```/s.exec(chapter('Failures')) ?? [];
    const failure = parseStatus({ [tagKeys.status]: oneLine(value) });
    expect(failure && formatStatus(failure)).toBe(oneLine(value));
  });

  it('lists events that the function accepts', () => {
    const documented = [...reference.matchAll(/\| `(\{"action".*?\})` \|/g)].map(([, event = '']) =>
      event.replace('<name>', 'fusion').replace('<version id>', 'a'.repeat(36)),
    );
    expect(documented.length).toBeGreaterThanOrEqual(4);
    for (const event of documented) {
      expect(
        parseEvent(JSON.parse(event), { prefix: 'x', clientSecrets: new Map() }),
      ).toHaveProperty('action');
    }
  });

  it('lists every command with its options', async () => {
    const cells = firstCells(chapter('Commands')).filter((cell) => /^`[a-z]/.test(cell));
    const [, every = ''] = /^Every command accepts (.*?)\n\n/ms.exec(chapter('Commands')) ?? [];
    const commands = [...(await helpOf()).matchAll(/^ {2}([a-z][a-z-]+) /gm)].flatMap(
      ([, name = '']) => (name === 'help' ? [] : [name]),
    );
    const listed = new Map(cells.map((cell) => [/[a-z-]+/.exec(cell)?.[0], longOptions(cell)]));
    expect(new Set(listed.keys())).toEqual(new Set(commands));
    for (const [command = '', own] of listed) {
      const alone = command === 'local' || command === 'completion';
      const common = alone ? ['--json'] : longOptions(every);
      const options = optionsOf(await helpOf(command)).filter((option) => option !== '--help');
      expect(new Set(options), command).toEqual(new Set([...own, ...common]));
    }
  });

  it('lists every right of the function, and no other', () => {
    const [, table = ''] = /^\*\*The function\.\*\*(.*?)^\*\*Read\.\*\*/ms.exec(reference) ?? [];
    const listed = firstCells(table).flatMap((cell) => {
      const actions = quoted(cell);
      const service = actions[0]?.split(':')[0];
      return actions.map((action) => (action.includes(':') ? action : `${service}:${action}`));
    });
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:elsewhere-AbCdEf';
    const settings = parseSettings({
      credentials: { fusion: { clientSecretArn: arn }, own: { clientSecretRotation: true } },
      keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0'],
      tracing: true,
    });
    const env = { account: '111122223333', region: 'eu-west-1' };
    const stack = new ImsTokenRotatorStack(new App(), 'prod', { settings, env });
    const policies = roleStatements(Template.fromStack(stack)).flatMap(actionsOf);
    const allowed = policies.filter((action) => action !== 'lambda:InvokeFunction');
    expect(new Set(listed)).toEqual(new Set(allowed));
  });

  it('lists every metric with its unit', () => {
    const rows = [...chapter('Metrics and log').matchAll(/^\| `(\w+)` \| (\w+) \|/gm)];
    expect(Object.fromEntries(rows.map(([, name, unit]) => [name, unit]))).toEqual(
      Object.fromEntries(
        Object.entries(metricUnits).map(([name, unit]) => [name, unit.toLowerCase()]),
      ),
    );
  });
});
