import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as cloudTrail from '@aws-sdk/client-cloudtrail';
import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as sts from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { alarmsOf } from '../infra/alarm-evaluator.ts';
import { monitoredTemplate } from '../infra/monitored-stack.ts';
import { anchorsOf, collectCommands, helpOf, optionsOf, read, root } from '../support/document.ts';

const names = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'docs/api.md',
  'docs/client-secret-rotation.md',
  'docs/consumers.md',
  'docs/faq.md',
  'docs/deploy.md',
  'docs/mutations.md',
  'docs/performance.md',
  'docs/reference.md',
  'docs/reliability.md',
  'docs/runbook.md',
  'docs/scale.md',
  'emulators/README.md',
  ...['lambda-consumer', 'ecs-service', 'cross-account-consumer', 'terraform'].map(
    (name) => `examples/${name}/README.md`,
  ),
];
const documents = new Map(names.map((name) => [name, read(name)]));

describe('the documents', () => {
  it('link only to files and sections that exist', () => {
    let links = 0;
    for (const [name, text] of documents) {
      for (const [link, path = '', anchor] of text.matchAll(
        /\]\((?!https?:)([^)#]*)#?([^)]*)\)/g,
      )) {
        const target = path === '' ? name : join(dirname(name), path);
        expect(existsSync(join(root, target)), `${name}: ${link}`).toBe(true);
        if (anchor !== '') expect(anchorsOf(read(target)), `${name}: ${link}`).toContain(anchor);
        links += 1;
      }
    }
    expect(links).toBeGreaterThan(40);
  });

  it('have curl ask this machine past any proxy, which counts for 127.0.0.1, too', () => {
    const shown = [...documents.values(), read('docs/console.md'), read('local/local.ts')];
    const here = shown
      .flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'))
      .filter((line) => /\bcurl .*(127\.0\.0\.1|localhost|169\.254|\$\{world)/.test(line));
    expect(here).toHaveLength(5);
    for (const line of here) expect(line).toContain("--noproxy '*'");
  });

  it('name only files of the project that exist', () => {
    const folders = 'core|client|lambda|infra|cli|conformance|emulators|local|test|docs|examples';
    const path = new RegExp(`\`((?:${folders})/[^\`<*]*\\.\\w+)\``, 'g');
    for (const [name, text] of documents) {
      for (const [, file = ''] of text.matchAll(path)) {
        expect(existsSync(join(root, file)), `${name}: ${file}`).toBe(true);
      }
    }
  });

  it('name only npm scripts that exist', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    const named = [...documents.values()].flatMap((text) => [
      ...text.matchAll(/npm (?:run (?:--silent )?)?(start|test|(?<=run (?:--silent )?)[a-z:]+)/g),
    ]);
    expect(named.length).toBeGreaterThan(5);
    for (const [, script = ''] of named) expect(Object.keys(scripts)).toContain(script);
  });

  it('name only commands and options that exist, and so do the alarms', async () => {
    const used = new Map<string, Set<string>>();
    for (const text of documents.values()) collectCommands(text, used);
    const template = monitoredTemplate({ clientSecretRotation: true });
    for (const { AlarmDescription: text } of alarmsOf(template)) {
      // An alarm says once how to run the program, and then names its commands.
      const whole = text.replaceAll(
        /(?<= )"((?!npx)[^"]+)"/g,
        'ims-token-rotator $1 --rotator prod\n',
      );
      collectCommands(whole, used);
    }
    expect(used.size).toBeGreaterThan(5);
    const known = await helpOf();
    for (const [command, options] of used) {
      expect(known, command).toMatch(new RegExp(`^ {2}${command} `, 'm'));
      const help = await helpOf(command);
      for (const option of options) {
        expect(optionsOf(help), `${command} ${option}`).toContain(option);
      }
    }
  });

  it('name only AWS CLI commands that exist', () => {
    const clients: Record<string, object> = {
      cloudtrail: cloudTrail,
      cloudwatch: cloudWatch,
      kms,
      lambda,
      secretsmanager: secretsManager,
      sts,
    };
    const used = [...documents.values()].flatMap((text) => [
      ...text.matchAll(/\baws ([a-z]+) ([a-z]+(?:-[a-z]+)*)/g),
    ]);
    expect(used.length).toBeGreaterThan(20);
    for (const [whole, service = '', operation = ''] of used) {
      const client = clients[service];
      if (client === undefined) continue;
      const pascal = operation.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase());
      expect(Object.keys(client), whole).toContain(`${pascal}Command`);
    }
  });
});
