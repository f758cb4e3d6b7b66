import { describe, expect, it } from 'vitest';
import { createImsFetch, createTokenReader } from '../../client/index.ts';
import { tokenErrorCodes } from '../../client/token-error.ts';
import { credentialNamePattern, secretName } from '../../core/contract.ts';
import { anchorsOf, firstCells, jsonOf, quoted, read, sectionsOf } from '../support/document.ts';
import { guide, parseYaml, recipe, recipes, tokenSecret } from '../support/recipes.ts';

const chapters = sectionsOf(guide, '##');
const chapter = (title: string): string => chapters.get(title) ?? '';
const [example = ''] = jsonOf(
  sectionsOf(read('docs/reference.md'), '##').get('Token secret') ?? '',
);
const fields = Object.keys(JSON.parse(example));

describe('the guide for consumers', () => {
  it('begins with a table that leads from how one runs to each recipe', () => {
    expect([...chapters.keys()][0]).toBe('Choose');
    const rows = chapter('Choose')
      .split('\n')
      .slice(4)
      .filter((line) => line.startsWith('|'));
    expect(rows.length).toBeGreaterThan(10);
    const targets = rows.map((row) => {
      const cells = row
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim());
      expect(cells, row).toHaveLength(4);
      return /\]\(#([\w-]+)\)/.exec(cells[1] ?? '')?.[1];
    });
    expect(anchorsOf(guide)).toEqual(expect.arrayContaining(targets));
    const withCode = recipes.map(({ title }) => anchorsOf(`# ${title}`)[0]);
    const leads = [...guide.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
    expect(leads).toEqual(
      expect.arrayContaining(withCode.filter((anchor) => anchor !== undefined)),
    );
  });

  it('has code only in languages that its tests run, check or parse', () => {
    const languages = recipes.map(({ language }) => language);
    expect(new Set(languages)).toEqual(new Set(['ts', 'python', 'java', 'sh', 'yaml', 'json']));
  });

  it('names one token secret everywhere, as the rotator does', () => {
    const named = guide.match(/ims-token-rotator\/\w[\w/-]*\/[\w-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(7);
    expect(new Set(named)).toEqual(new Set([tokenSecret]));
    const [, prefix = '', credential = ''] = /^(.*)\/([^/]+)\/token$/.exec(tokenSecret) ?? [];
    expect(credential).toMatch(credentialNamePattern);
    expect(secretName(prefix, credential, 'token')).toBe(tokenSecret);
  });

  it('reads only fields that the token secret has', () => {
    const used = recipes.flatMap(({ code }) => [
      ...code.matchAll(
        /value\[['"](\w+)['"]\]|token\.get\("(\w+)"\)|(?:value|stored)\.get\("(\w+)"\)|jq -r \.(\w+)|\\\(\.(\w+)\)/g,
      ),
    ]);
    const names = used.map((match) => match.slice(1).find((name) => name !== undefined));
    expect(names.length).toBeGreaterThan(12);
    for (const name of names) expect(fields).toContain(name);
  });

  it('has no bearer token in the arguments of a command', () => {
    for (const { code } of recipes) expect(code).not.toMatch(/(-H|--header) ["']?Authorization/);
  });

  it('lists every option of the client', () => {
    const [, options = ''] =
      /interface TokenReaderOptions \{(.*?)^\}/ms.exec(read('client/options.ts')) ?? [];
    const names = [...options.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    const [table = ''] = chapter('The client').split('`createImsFetch` has');
    expect(quoted(firstCells(table).join(' ')).slice(1)).toEqual(names.sort(order(table)));
    const [, own = ''] =
      /interface ImsFetchOptions \{(.*?)^\}/ms.exec(read('client/create-ims-fetch.ts')) ?? [];
    for (const [, name] of own.matchAll(/^ {2}readonly (\w+)\??:/gm)) {
      expect(chapter('The client')).toMatch(new RegExp(`has the options[^.]*\`${name}\``));
    }
  });

  it('says what to do about every error code of the client', () => {
    const codes = quoted(firstCells(chapter('The client')).join(' ')).filter((cell) =>
      cell.startsWith('ERR_'),
    );
    expect(codes).toEqual([...tokenErrorCodes]);
  });
});

/** The order of the table. */
const order =
  (table: string) =>
  (a = '', b = ''): number =>
    table.indexOf(`| \`${a}\``) - table.indexOf(`| \`${b}\``);

describe('the products', () => {
  const rows = chapter('Call a product')
    .split('\n')
    .filter((line) => line.includes('`https://'))
    .map((line) => line.split(' | '));
  const products = rows.map(([name = '', base = '', more = '']) => ({
    product: name.replaceAll(/^\| |\[([^\]]+)\]\[[\w-]+\]/g, '$1').trim(),
    base: quoted(base)[0] ?? '',
    named: quoted(more).filter((header) => header.startsWith('x-')),
  }));
  const values: Readonly<Record<string, string>> = {
    Authorization: 'Bearer token-1',
    'x-api-key': 'acme-client',
    'x-gw-ims-org-id': 'acme@AdobeOrg',
    'x-organization-id': '12345',
    'x-gw-region': 'or2',
  };
  const source = () =>
    Promise.resolve({
      SecretString: JSON.stringify({
        access_token: 'token-1',
        client_id: 'acme-client',
        org_id: 'acme@AdobeOrg',
        expires_at: new Date(Date.now() + 86_400_000).toISOString(),
      }),
    });

  it('are Fusion, Workflow Builder, Firefly and the three of Workfront', () => {
    expect(products.map(({ product }) => product)).toEqual([
      'Workfront Fusion',
      'Workflow Builder',
      'Firefly',
      'Workfront core',
      'Workfront Planning',
      'Workfront Approvals',
    ]);
  });

  it.each(products)('the client sends $product the headers of its row', async ({ base, named }) => {
    const headers = { 'x-organization-id': '12345', 'x-gw-region': 'or2' };
    const reader = createTokenReader({ secretId: tokenSecret, source, headers });
    const sent: Headers[] = [];
    const imsFetch = createImsFetch(reader, {
      // The hosts are Adobe's, so the request ends here.
      fetch: (_url, init) => {
        sent.push(new Headers(init?.headers));
        return Promise.resolve(new Response('{}'));
      },
    });
    await imsFetch(`${base.replace('<domain>', 'acme')}/anything`);
    for (const name of ['Authorization', 'x-api-key', ...named]) {
      expect(sent[0]?.get(name), name).toBe(values[name]);
    }
  });
});

describe('the manifests', () => {
  it('External Secrets refreshes the whole value, which a pod mounts as a file', () => {
    const [secret, pod] = parseYaml(recipe('External Secrets', 'yaml'));
    expect(secret).toMatchObject({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      spec: {
        refreshInterval: '5m',
        target: { name: 'fusion-token' },
        data: [{ secretKey: 'token.json', remoteRef: { key: tokenSecret } }],
      },
    });
    expectMounted(pod, { secret: { secretName: 'fusion-token' } });
  });

  it('the CSI driver mounts the whole value as the same file', () => {
    const [provider, pod] = parseYaml(recipe('CSI driver', 'yaml'));
    expect(provider).toMatchObject({
      apiVersion: 'secrets-store.csi.x-k8s.io/v1',
      kind: 'SecretProviderClass',
      metadata: { name: 'fusion-token' },
      spec: { provider: 'aws', parameters: { usePodIdentity: 'true' } },
    });
    const { objects } = provider?.['spec']?.['parameters'] ?? { objects: '' };
    expect(parseYaml(objects)).toEqual([
      [{ objectName: tokenSecret, objectType: 'secretsmanager', objectAlias: 'token.json' }],
    ]);
    expectMounted(pod, {
      csi: {
        driver: 'secrets-store.csi.k8s.io',
        volumeAttributes: { secretProviderClass: 'fusion-token' },
      },
    });
  });

  it('the GitHub workflow may ask for an identity, holds no key, and masks one value', () => {
    const [workflow] = parseYaml(recipe('GitHub Actions', 'yaml'));
    expect(workflow?.['permissions']).toEqual({ 'id-token': 'write', contents: 'read' });
    const text = JSON.stringify(workflow);
    expect(text).not.toMatch(/secrets\.|GITHUB_ENV|GITHUB_OUTPUT|aws-access-key-id/);
    expect(text.match(/::add-mask::/g)).toHaveLength(1);
  });

  it('the task’s containers share the agent’s proof and nothing secret', () => {
    const task = JSON.parse(recipe('A side-car', 'json'));
    const [agent, app] = task.containerDefinitions;
    const environmentOf = ({ environment }: { environment: { name: string; value: string }[] }) =>
      Object.fromEntries(environment.map(({ name, value }) => [name, value]));
    const proof = { AWS_TOKEN: 'file:///var/run/agent/token' };
    expect(environmentOf(agent)).toEqual(proof);
    expect(environmentOf(app)).toEqual({ ...proof, TOKEN_SECRET_ID: tokenSecret });
    expect(app.dependsOn).toEqual([{ containerName: agent.name, condition: 'HEALTHY' }]);
    for (const { mountPoints, secrets } of [agent, app]) {
      expect(mountPoints).toMatchObject([
        { sourceVolume: task.volumes[0].name, containerPath: '/var/run/agent' },
      ]);
      expect(secrets).toBeUndefined();
    }
  });
});

/** Expects the file of the EKS section, in a volume that is refreshed: not in a `subPath`. */
function expectMounted(pod: object | undefined, volume: object): void {
  const [, directory] = /readFile\('(.*)\/token\.json'/.exec(recipe('EKS', 'ts')) ?? [];
  expect(pod).toMatchObject({ kind: 'Pod', spec: { volumes: [{ name: 'fusion', ...volume }] } });
  const { spec } = pod as { spec: { containers: { volumeMounts: object[]; env?: object }[] } };
  const [container] = spec.containers;
  expect(container?.volumeMounts).toEqual([
    { name: 'fusion', mountPath: directory, readOnly: true },
  ]);
  expect(container?.env).toBeUndefined();
}
