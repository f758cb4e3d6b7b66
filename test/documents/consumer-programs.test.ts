import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { awsCli, javac, jq, pythonWithBoto3, run } from '../support/foreign-clients.ts';
import { javaStandIns } from '../support/java-stand-ins.ts';
import {
  parseYaml,
  recipe,
  recordedPrograms,
  startReaders,
  startServer,
  tokenSecret,
} from '../support/recipes.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const fusion = '{"x-organization-id": "12345", "x-gw-region": "or2"}';

/** A recipe in Python as a module, and a program that uses it. */
async function pythonRecipe(code: string, program: string): Promise<readonly string[]> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'recipe.py'), code);
  await writeFile(
    join(directory, 'program.py'),
    // boto3 before 1.28 ignores AWS_ENDPOINT_URL.
    `import boto3, functools, os, runpy, sys
boto3.client = functools.partial(boto3.client, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
${program}`,
  );
  return [join(directory, 'program.py')];
}

const expired = { access_token: 'expired', expires_at: '2026-01-01T00:00:00Z' };

/** Compiles a recipe in Java with a program that uses it. @returns how to run a class of these */
async function javaRecipe(
  context: TestContext,
  code: string,
  program: Readonly<Record<string, string>>,
) {
  const compiler = javac(context);
  const directory = await temporaryDirectory();
  const sources = { ...javaStandIns, 'ImsToken.java': code, ...program };
  for (const [path, source] of Object.entries(sources)) {
    await mkdir(join(directory, dirname(path)), { recursive: true });
    await writeFile(join(directory, path), source);
  }
  const files = Object.keys(sources).map((path) => join(directory, path));
  await run(compiler, ['-Xlint:all', '-Werror', '-d', directory, ...files]);
  const start = ['-XX:TieredStopAtLevel=1', '-cp', directory];
  return (args: readonly string[], environment: Readonly<Record<string, string>>) =>
    run(compiler.replace(/javac$/, 'java'), [...start, ...args], environment);
}

/** Runs a recipe for the shell, with the real programs, and returns what it printed. */
async function runShell(
  context: TestContext,
  shell: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const programs = { aws: awsCli(context), jq: jq(context), curl: 'curl' };
  const { directory, log } = await recordedPrograms(programs);
  const [program = '', ...args] = shell;
  const env = { ...environment, PATH: `${directory}:${environment['PATH']}` };
  const { stdout, stderr } = await promisify(execFile)(program, args, { env });
  return { stdout, stderr, args: await readFile(log, 'utf8') };
}

describe('the recipe', () => {
  // `npm run check` shows how many of the guide's programs this machine could run.
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of fixtures from it.
  afterAll(({}, { tasks }) => {
    const skipped = tasks.filter(({ mode, result }) => (result?.state ?? mode) === 'skip');
    const names = skipped.map(({ name }) => `\n  ${name}`).join('');
    process.stderr.write(
      `programs in docs/consumers.md: ${tasks.length - skipped.length} tested, ${skipped.length} skipped${names}\n`,
    );
  });

  it('for Glue and boto3 calls the product, and again with the next token after a 401', async (context) => {
    const python = pythonWithBoto3(context);
    const { here, environment, renewal } = await startReaders();
    const code = here(recipe('Glue and boto3', 'python'));
    const main = await pythonRecipe(
      code,
      'runpy.run_path(sys.path[0] + "/recipe.py", run_name="__main__")',
    );
    expect(await run(python, main, environment)).toBe('2 scenarios\n');
    const twice = await pythonRecipe(
      code,
      `import recipe
url, fusion = sys.argv[1], ${fusion}
print(recipe.call("GET", url, fusion).status)
recipe.http.request("GET", sys.argv[2])
print(recipe.call("GET", url, fusion).status)
`,
    );
    const args = [here('https://fusion.adobe.io/api/v3/scenarios'), await renewal()];
    expect(await run(python, [...twice, ...args], environment)).toBe('200\n200\n');
  });

  it('for Glue and boto3 sends no token that has expired', async (context) => {
    const python = pythonWithBoto3(context);
    const { here, environment } = await startReaders();
    const program = await pythonRecipe(
      here(recipe('Glue and boto3', 'python')),
      `import recipe
recipe.time.time = lambda: 4e9
try:
    recipe.ims_headers()
except RuntimeError as error:
    print(error)
`,
    );
    expect(await run(python, program, environment)).toMatch(
      /^the token expired at .*: run doctor\n$/,
    );
  });

  it('for Lambda in Python reads through the extension, and sends no token that has expired', async (context) => {
    const python = pythonWithBoto3(context);
    const { here, environment, cache } = await startReaders();
    const program = await pythonRecipe(
      here(recipe('Lambda, Python', 'python')),
      `import recipe
print(len(recipe.handler({}, None)["items"]))
recipe.time.time = lambda: 4e9
try:
    recipe.handler({}, None)
except RuntimeError as error:
    print(error)
`,
    );
    const stdout = await run(python, program, {
      ...environment,
      AWS_SESSION_TOKEN: 'session',
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: new URL(await cache('session')).port,
      TOKEN_SECRET_ID: tokenSecret,
    });
    expect(stdout).toMatch(/^2\nthe token expired at .*: run doctor\n$/);
  });

  it('for a shell calls the product with no secret on a command line', async (context) => {
    const { here, environment, current } = await startReaders();
    const script = here(recipe('Shell', 'sh'));
    const { stdout, stderr, args } = await runShell(context, ['sh', '-c', script], environment);
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ id: 101 }, { id: 102 }] });
    expect(stderr).toBe('');
    const { token } = await current();
    expect(args).toContain(tokenSecret);
    for (const field of ['access_token', 'client_id']) expect(args).not.toContain(token[field]);
  });

  it('for GitHub Actions prints the token once, to have it masked', async (context) => {
    const { here, environment, current } = await startReaders();
    const [workflow] = parseYaml(recipe('GitHub Actions', 'yaml'));
    const steps: readonly { run?: string }[] = workflow?.['jobs']?.['call']?.['steps'] ?? [];
    const script = here(steps.at(-1)?.run ?? '');
    // The runner's own shell.
    const shell = ['bash', '-e', '-c', script];
    const { stdout, args } = await runShell(context, shell, environment);
    const { token } = await current();
    const [mask = '', ...rest] = stdout.split('\n');
    expect(mask).toBe(`::add-mask::${token['access_token']}`);
    expect(JSON.parse(rest.join('\n'))).toMatchObject({ items: [{ id: 101 }, { id: 102 }] });
    expect(`${args}${rest.join('\n')}`).not.toContain(token['access_token']);
  });

  it('for a side-car asks the agent, with the proof that the task made', async (context) => {
    const { environment, cache, current } = await startReaders();
    const directory = await temporaryDirectory();
    const [agent] = JSON.parse(recipe('A side-car', 'json')).containerDefinitions;
    const [command = ''] = agent.command as string[];
    const start = command
      .replace('/var/run/agent', directory)
      .replace('exec ./secrets-manager-agent', `cat '${directory}/token'`);
    const proof = (await run(agent.entryPoint[0], [agent.entryPoint[1], start])).trim();
    expect(proof).toMatch(/^[\w+/]{43}=$/);
    const script = recipe('A side-car', 'sh').replace('http://127.0.0.1:2773', await cache(proof));
    const { stdout } = await runShell(context, ['sh', '-c', script], {
      ...environment,
      AWS_TOKEN: `file://${directory}/token`,
      TOKEN_SECRET_ID: tokenSecret,
      // Nothing listens there: what goes to the proxy fails.
      http_proxy: 'http://127.0.0.1:9',
    });
    expect(stdout).toBe(`expires_at: ${(await current()).token['expires_at']}\n`);
  });

  it('for Java calls the product, and again with the next token after a 401', async (context) => {
    const { here, environment, renewal } = await startReaders();
    const java = await javaRecipe(context, here(recipe('Java', 'java')), {
      'Twice.java': `import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

class Twice {
  public static void main(String[] args) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(args[0]))
        .header("x-organization-id", "12345").header("x-gw-region", "or2");
    ImsToken token = new ImsToken("${tokenSecret}");
    System.out.println(token.send(request).statusCode());
    HttpRequest renewal = HttpRequest.newBuilder(URI.create(args[1])).build();
    HttpClient.newHttpClient().send(renewal, HttpResponse.BodyHandlers.discarding());
    System.out.println(token.send(request).statusCode());
  }
}
`,
    });
    expect(await java(['ImsToken'], environment)).toBe('200\n');
    const args = [here('https://fusion.adobe.io/api/v3/scenarios'), await renewal()];
    expect(await java(['Twice', ...args], environment)).toBe('200\n200\n');
  });

  it('for Java sends no token that has expired, however often it is called', async (context) => {
    const { environment, read, client } = await startReaders();
    const sent = new Set<string | undefined>();
    const product = await startServer(async ({ headers }) => {
      sent.add(headers['authorization']);
      const { token } = (await read('workfront-fusion')) ?? {};
      const SecretString = JSON.stringify({ ...token, ...expired });
      await client.send(new PutSecretValueCommand({ SecretId: tokenSecret, SecretString }));
      return { status: 401 };
    });
    const java = await javaRecipe(context, recipe('Java', 'java'), {
      'Thrice.java': `import java.net.URI;
import java.net.http.HttpRequest;

class Thrice {
  public static void main(String[] args) throws Exception {
    ImsToken token = new ImsToken("${tokenSecret}");
    for (int call = 0; call < 3; call++) {
      try {
        token.send(HttpRequest.newBuilder(URI.create(args[0])));
      } catch (IllegalStateException error) {
        System.out.println(error.getMessage());
      }
    }
  }
}
`,
    });
    const printed = await java(['Thrice', product], environment);
    expect(printed).toBe('the token expired at 2026-01-01T00:00:00Z\n'.repeat(3));
    expect([...sent]).toEqual([expect.not.stringContaining(expired.access_token)]);
  });
});
