import { describe, expect, it } from 'vitest';
import { exportsOf } from '../../build/api-declarations.ts';
import { parseDocstring } from '../../build/api-docstring.ts';
import { apiReference } from '../../build/api-reference.ts';
import { firstCells, oneLine, read } from '../support/document.ts';

const api = read('docs/api.md');

describe('the API reference', () => {
  it('is what npm run docs:api makes of the docstrings', () => {
    expect(api).toBe(apiReference());
  });

  it('has everything that the package exports', () => {
    for (const index of ['infra/index.ts', 'client/index.ts']) {
      const names = [...read(index).matchAll(/\b(?:type )?([A-Za-z]+)(?=,| \})/g)].map(
        ([, name = '']) => name,
      );
      expect(names.length).toBeGreaterThan(4);
      for (const name of names) expect(api).toContain(`\n### ${name}\n`);
    }
  });

  it('says what each export, property and method is', () => {
    const sections = api.split('\n### ').slice(1);
    for (const section of sections) {
      const [name = '', , first = ''] = section.split('\n');
      expect(first, name).toMatch(/^[A-Z`].*\w/);
      let column = 0;
      for (const row of section.split('\n').filter((line) => /^\| [^-]/.test(line))) {
        const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
        const titled = Math.max(cells.indexOf('meaning'), cells.indexOf('does'));
        if (titled > 0) column = titled;
        else expect(cells[column], row).toMatch(/\w/);
      }
    }
    expect(firstCells(api).length).toBeGreaterThan(80);
  });
});

describe('a docstring', () => {
  it('is a text and its tags, wherever they stand', () => {
    const { text, tags } = parseDocstring(
      '*\n * Seconds, at\n * least 10. @default 300\n *\n * @throws Error if it is\n *   too long\n ',
    );
    expect(oneLine(text)).toBe('Seconds, at least 10.');
    expect(tags.get('default')).toEqual(['300']);
    expect(tags.get('throws')?.map(oneLine)).toEqual(['Error if it is too long']);
  });
});

describe('a declaration file', () => {
  const files: Readonly<Record<string, string>> = {
    './index.d.ts': "export { Car } from './car.js';\nexport type { Fuel } from './fuel.js';\n",
    './car.d.ts': `/** It drives. */
export declare class Car extends Vehicle implements Movable {
    #private;
    /** Of the new ones. */
    static readonly WHEELS = 4;
    /** Its owner. */
    get owner(): string | undefined;
    constructor(fuel: Fuel);
    private refuel(): void;
    /** Makes one. */
    static of(fuel: Fuel): Car;
    /** Drives. @throws Error without fuel */
    drive(
      kilometres?: number): void;
}`,
    './fuel.d.ts': `declare const fuels: readonly ['petrol', 'gas'];
/** What it burns. */
export type Fuel = (typeof fuels)[number];`,
  };

  it('becomes its exports with their public members', () => {
    const [car, fuel] = exportsOf('./index.d.ts', (file) => files[file] ?? '');
    expect(fuel).toMatchObject({ name: 'Fuel', kind: 'type', type: "'petrol' | 'gas'" });
    expect(car).toMatchObject({ name: 'Car', kind: 'class', type: 'Vehicle, Movable' });
    const members = car?.members.map(({ name, kind, isStatic, type }) => ({
      name,
      kind,
      isStatic,
      type,
    }));
    expect(members).toEqual([
      { name: 'WHEELS', kind: 'property', isStatic: true, type: '' },
      { name: 'owner', kind: 'property', isStatic: false, type: 'string' },
      {
        name: 'constructor',
        kind: 'constructor',
        isStatic: false,
        type: 'constructor(fuel: Fuel)',
      },
      { name: 'of', kind: 'method', isStatic: true, type: 'of(fuel: Fuel): Car' },
      { name: 'drive', kind: 'method', isStatic: false, type: 'drive( kilometres?: number): void' },
    ]);
  });

  it('that exports an undeclared name is an error', () => {
    const broken = { './index.d.ts': "export { Bus } from './car.js';" };
    expect(() =>
      exportsOf('./index.d.ts', (file) => ({ ...files, ...broken })[file] ?? ''),
    ).toThrow('./index.d.ts exports Bus, which is not declared');
  });
});
