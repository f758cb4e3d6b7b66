import type { Mutation } from '../mutation.ts';

/** Breaks in `cli/console/`: whom the server answers, and what it takes for known. */
export const ofConsole: readonly Mutation[] = [
  {
    fault: 'the console answers under any name that resolves to loopback',
    file: 'cli/console/guard.ts',
    find: 'if ((host !== this.host && host !== this.#localhost) || others.length > 0) {',
    replace: "if (host === '') {",
    caughtBy: 'test/cli/console/guard.test.ts',
    test: 'refuses whoever is not the browser that used the key',
  },
  {
    fault: 'the key of the console works twice',
    file: 'cli/console/guard.ts',
    find: 'this.#isKeyUsed = true;',
    replace: 'this.#isKeyUsed = false;',
    caughtBy: 'test/cli/console/guard.test.ts',
    test: 'gives the cookie for the key, once',
  },
  {
    fault: 'the console carries out an action that a form can send',
    file: 'cli/console/actions.ts',
    find: "if (headers[actionHeader] !== '1')",
    replace: "if (headers[actionHeader] === 'never')",
    caughtBy: 'test/cli/console/guard.test.ts',
    test: 'refuses an action that a form or another page can send',
  },
  {
    fault: 'the console carries out actions without --allow-actions',
    file: 'cli/console/routes.ts',
    find: 'if (!allowsActions) {',
    replace: 'if (allowsActions === undefined) {',
    caughtBy: 'test/cli/console/guard.test.ts',
    test: 'refuses every action unless they are allowed',
  },
  {
    fault: 'each looker of the console has a list of its own',
    file: 'cli/console/lookers.ts',
    find: 'if (isIdle || this.#isLooking || this.#timer !== undefined) return;',
    replace: 'if (isIdle) return;',
    caughtBy: 'test/cli/console/fleet.test.ts',
    test: 'is listed once for all that look',
  },
  {
    fault: 'the console takes nothing under an assumed name for well',
    file: 'cli/console/health-feed.ts',
    find: "if (target.kind === 'hidden') throw target.why;",
    replace: '',
    caughtBy: 'test/cli/console/rights.test.ts',
    test: 'takes what it does not find under an assumed name for unknown',
  },
  {
    fault: 'a reader of the console that does not read is kept for ever',
    file: 'cli/console/event-stream.ts',
    find: 'if (waiting > 0 && waiting + text.length > mostWaiting) this.#response.destroy();',
    replace: 'if (waiting < 0) this.#response.destroy();',
    caughtBy: 'test/cli/console/fleet.test.ts',
    test: 'drops a reader that does not read',
  },
];
