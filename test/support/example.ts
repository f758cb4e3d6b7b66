import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';
import { root } from './document.ts';

const run = promisify(execFile);
const bin = join(root, 'node_modules/.bin');

/** The examples, copied out of the repository and with what their `npm install` installs. */
export class Examples implements AsyncDisposable {
  readonly directory: string;
  readonly #synthesised = new Map<string, Promise<Synth>>();

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Copies the examples and links the package: packing and installing it takes much longer. */
  static async copy(): Promise<Examples> {
    const directory = await mkdtemp(join(tmpdir(), 'examples-'));
    const modules = join(directory, 'node_modules');
    const installed = join(modules, 'ims-token-rotator');
    await mkdir(join(installed, 'dist'), { recursive: true });
    await cp(join(root, 'package.json'), join(installed, 'package.json'));
    for (const built of ['client', 'infra', 'lambda']) {
      await symlink(join(root, 'dist', built), join(installed, 'dist', built), 'dir');
    }
    const names = ['aws-cdk-lib', 'constructs', 'esbuild', '@types/node', '.bin'];
    // Lambda's runtime brings the SDK.
    for (const name of [...names, '@aws-sdk/client-secrets-manager']) {
      const path = join(modules, name);
      await mkdir(dirname(path), { recursive: true });
      await symlink(join(root, 'node_modules', name), path, 'dir');
    }
    for (const name of await readdir(join(root, 'examples'))) {
      const copy = join(directory, name);
      await cp(join(root, 'examples', name), copy, { recursive: true });
      await symlink(modules, join(copy, 'node_modules'), 'dir');
      await writeFile(join(copy, 'package-lock.json'), '{}');
    }
    return new Examples(directory);
  }

  /** The errors that the compiler prints. */
  async typecheck(name: string): Promise<string> {
    const cwd = join(this.directory, name);
    return await run(join(bin, 'tsc'), [], { cwd }).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
  }

  /** An example, synthesised once. */
  synthesised(name: string): Promise<Synth> {
    const known = this.#synthesised.get(name) ?? this.synthesise(name);
    this.#synthesised.set(name, known);
    return known;
  }

  /** Synthesises an example as the CDK CLI does, with the context of its `cdk.json`. */
  async synthesise(name: string): Promise<Synth> {
    const cwd = join(this.directory, name);
    const { app, context } = JSON.parse(await readFile(join(cwd, 'cdk.json'), 'utf8'));
    const [command, ...args] = app.split(' ');
    expect(command).toBe('node');
    const output = await mkdtemp(join(cwd, 'cdk.out-'));
    const PATH = `${bin}:${process.env['PATH']}`;
    const env = { PATH, CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify(context) };
    await run(process.execPath, args, { cwd, env });
    return new Synth(output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A synthesised app. */
export class Synth {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async template(stack: string): Promise<Template> {
    return Template.fromString(await this.#read(`${stack}.template.json`));
  }

  /** The texts of the warnings and errors that the CDK CLI would print. */
  async annotations(): Promise<readonly string[]> {
    const { artifacts } = JSON.parse(await this.#read('manifest.json')) as {
      artifacts: Record<string, { metadata?: Record<string, { type: string; data: unknown }[]> }>;
    };
    const external = Object.keys(artifacts).map(async (id) => {
      const file = await this.#read(`${id}.metadata.json`).catch(() => '{}');
      return Object.values(JSON.parse(file) as Record<string, { type: string; data: unknown }[]>);
    });
    const inline = Object.values(artifacts).flatMap(({ metadata = {} }) => Object.values(metadata));
    return [...inline, ...(await Promise.all(external)).flat()]
      .flat()
      .filter(({ type }) => /^aws:cdk:(warning|error)$/.test(type))
      .map(({ data }) => String(data));
  }

  #read(file: string): Promise<string> {
    return readFile(join(this.directory, file), 'utf8');
  }
}
