import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Secret } from './secret.ts';
import type { SecretStore } from './store.ts';

const format = 1;

/** Keeps a store in one JSON file, in clear text, which only its owner can read. */
export class Persistence {
  readonly #path: string;
  readonly #store: SecretStore;
  #savedRevision = -1;
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string, store: SecretStore) {
    this.#path = path;
    this.#store = store;
  }

  /** Fills the store from the file, if it exists. */
  async load(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) {
      for (const secret of parse(text, this.#path)) this.#store.put(secret);
    }
    this.#savedRevision = this.#store.revision;
  }

  /** Resolves when the file holds the store's present state. */
  save(): Promise<void> {
    const saving = this.#saving.catch(() => undefined).then(() => this.#write());
    this.#saving = saving;
    return saving;
  }

  async #write(): Promise<void> {
    const { revision } = this.#store;
    if (revision === this.#savedRevision) return;
    const text = JSON.stringify({ format, secrets: [...this.#store.all()] });
    const unfinished = `${this.#path}.tmp`;
    await writeFile(unfinished, text, { mode: 0o600 });
    await rename(unfinished, this.#path);
    this.#savedRevision = revision;
  }
}

function parse(text: string, path: string): readonly Secret[] {
  let saved: { format?: unknown; secrets?: unknown };
  try {
    saved = JSON.parse(text);
  } catch {
    // No cause: it would quote the file.
    throw new Error(`${path} is not valid JSON`);
  }
  if (saved?.format !== format || !Array.isArray(saved.secrets)) {
    throw new Error(`${path} was not written by this version of the emulator`);
  }
  return saved.secrets;
}
