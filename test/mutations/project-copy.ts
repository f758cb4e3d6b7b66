import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runNode } from './cleanup.ts';
import { copyProject } from './copy-project.ts';
import { broken, type Mutation } from './mutation.ts';
import { failuresIn, type Verdict, verdict } from './verdict.ts';

// A test waits up to a minute for a process, and a break may make it wait for ever.
const timeout = 300_000;

/** A copy of the project in a temporary folder, in which one thing at a time is broken. */
export class ProjectCopy {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Copies the project, and builds it. */
  static async make(): Promise<ProjectCopy> {
    const copy = new ProjectCopy(await copyProject());
    await copy.#build();
    await cp(copy.#path('dist'), copy.#path('whole'), { recursive: true });
    return copy;
  }

  /** Runs the tests of mutations on the whole project. @returns those that fail */
  async check(mutations: readonly Mutation[]): Promise<readonly string[]> {
    return failuresIn(await this.#test(mutations));
  }

  /** Breaks one thing, runs the test that has to notice, and mends it again. */
  async try(mutation: Mutation): Promise<Verdict> {
    const file = this.#path(mutation.file);
    const source = await readFile(file, 'utf8');
    await writeFile(file, broken(source, mutation));
    try {
      if (mutation.rebuild === true) await this.#build();
      return verdict(mutation, await this.#test([mutation], timeout));
    } catch (error) {
      return { caught: false, why: String(error) };
    } finally {
      await writeFile(file, source);
      if (mutation.rebuild === true) {
        await rm(this.#path('dist'), { recursive: true });
        await cp(this.#path('whole'), this.#path('dist'), { recursive: true });
      }
    }
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  async #build(): Promise<void> {
    await runNode(['build/main.ts'], { cwd: this.#folder, timeout });
  }

  async #test(mutations: readonly Mutation[], limit?: number): Promise<unknown> {
    const report = this.#path('report.json');
    await rm(report, { force: true });
    const titles = mutations.map(({ test }) => test.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...['--config', 'test/mutations/vitest.config.ts'],
      ...['--reporter', 'json', '--outputFile', report],
      ...['--testNamePattern', [...new Set(titles)].join('|')],
      ...new Set(mutations.map(({ caughtBy }) => caughtBy)),
    ];
    // It ends with 1 if a test fails.
    await runNode(args, { cwd: this.#folder, timeout: limit }).catch(() => undefined);
    return await readFile(report, 'utf8').then(JSON.parse, () => undefined);
  }
}
