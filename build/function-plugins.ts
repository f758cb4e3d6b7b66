// Plugins that make the function's bundle small and quick to load. test/build/function-bundle.test.ts
// checks the result.
import { createRequire, isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Loads a module of Node.js when code first uses it, and not with the bundle: a tick uses few of
 * them. An `import` of node:http would also read every export, WebSocket among them, for which
 * Node.js loads an undici of its own: that takes longer than the whole bundle.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      if (kind === 'dynamic-import') return { path, external: true };
      return { path: path.replace(/^(node:)?/, 'node:'), namespace: 'builtin', sideEffects: false };
    });
    onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => {
      const get = `process.getBuiltinModule('${path}')`;
      // A class, such as node:events, is loaded long before the bundle.
      if (typeof require(path) === 'function') return { contents: `module.exports = ${get}` };
      // The names of what it exports depend on the release of Node.js, and are not asked for: a
      // bundler's copy of a module has the same prototype.
      const contents = `
        let loaded;
        const get = (target, name) => (loaded ??= ${get})[name];
        module.exports = Object.create(new Proxy({}, { get }));`;
      return { contents };
    });
  },
};

/**
 * The parts of undici that the function uses. The whole is half of the bundle: fetch, caches, mocks
 * and web sockets come with it.
 */
export const undiciParts: Plugin = {
  name: 'undici-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'undici-parts' }));
    onLoad({ filter: /^/, namespace: 'undici-parts' }, () => ({
      resolveDir: import.meta.dirname,
      contents: `
        const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
        Dispatcher.prototype.request = require('undici/lib/api/api-request.js');
        exports.Agent = require('undici/lib/dispatcher/agent.js');
        exports.Pool = require('undici/lib/dispatcher/pool.js');
        // Most rotators have no proxy.
        Object.defineProperty(exports, 'ProxyAgent', {
          get: () => {
            Dispatcher.prototype.connect = require('undici/lib/api/api-connect.js');
            return require('undici/lib/dispatcher/proxy-agent.js');
          },
        });`,
    }));
  },
};

/** Modules whose code never runs here: what would need them is not used, and says so below. */
const unused = [
  // undici: no HTTP/2 and no SOCKS; the bodies of requests are strings, never a FormData; the parser
  // for processors that WebAssembly's SIMD instructions do not run on, which Lambda does not have.
  /undici\/lib\/dispatcher\/(client-h2|socks5-proxy-agent)(\.js)?$/,
  /undici\/lib\/llhttp\/llhttp-wasm\.js$/,
  /undici\/lib\/web\//,
  // The SDK: credentials and the HTTP handler are given to it; no operation of Secrets Manager has an
  // event stream; user agents of browsers.
  /^@aws-sdk\/credential-provider-node$/,
  /^@smithy\/node-http-handler$/,
  /^@smithy\/core\/event-streams$/,
  /^bowser$/,
];

/** Leaves out what is never used, so that it is neither deployed nor loaded. */
export const withoutUnused: Plugin = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^/ }, ({ path, importer, kind }) => {
      const from = path.startsWith('.') ? new URL(path, `file://${importer}`).pathname : path;
      if (!unused.some((pattern) => pattern.test(from))) return undefined;
      if (kind === 'dynamic-import') return { path, external: true };
      return { path: 'nothing', namespace: 'unused', sideEffects: false };
    });
    // The SDK asks its own HTTP handler to accept the one that it is given.
    onLoad({ filter: /^/, namespace: 'unused' }, () => ({
      contents: 'exports.NodeHttpHandler = { create: (handler) => handler };',
    }));
  },
};
