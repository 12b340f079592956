import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const text = read('slack-app-manifest.yaml');
const code = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n');

/** As its head says: the commented lines in force, and no Socket Mode. */
const forHttp = text
  .replace(/^( +)# (url|request_url):/gm, '$1$2:')
  .replace('socket_mode_enabled: true', 'socket_mode_enabled: false');

/** https://docs.slack.dev/reference/methods: what a bot needs for each. */
const scopesOf: Record<string, string[]> = {
  'auth.test': [],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
};

describe.each([
  ['Socket Mode', parse(text)],
  ['HTTP', parse(forHttp)],
])('the manifest for %s', (mode, manifest) => {
  const { display_information: shown, features, settings, oauth_config: oauth } = manifest;

  /** https://docs.slack.dev/reference/app-manifest */
  test('is within the limits of Slack', () => {
    expect(manifest._metadata).toEqual({ major_version: 2 });
    expect(Object.keys(manifest).sort()).toEqual(
      ['_metadata', 'display_information', 'features', 'oauth_config', 'settings'].sort(),
    );
    expect(shown.name.length).toBeLessThanOrEqual(35);
    expect(shown.description.length).toBeLessThanOrEqual(140);
    expect(features.bot_user.display_name).toMatch(/^[a-z0-9-_.]{1,80}$/);
    for (const { command, description, usage_hint } of features.slash_commands) {
      expect(command).toMatch(/^\/[a-z]{1,31}$/);
      expect(description.length).toBeLessThanOrEqual(2_000);
      expect(usage_hint.length).toBeLessThanOrEqual(1_000);
    }
  });

  test('asks for the scopes that the code needs, and no other', () => {
    const called = [...code.matchAll(/\bclient\s*\.\s*([a-z]\w*(?:\.[a-z]\w*)+)\(/gi)].map(([, method = '']) => method);
    expect(new Set(called)).toEqual(new Set(Object.keys(scopesOf)));
    const needed = new Set(['commands', ...called.flatMap((method) => scopesOf[method] ?? [])]);
    expect([...oauth.scopes.bot].sort()).toEqual([...needed].sort());
    const documented = [
      ...read('docs/slack-app.md').matchAll(/^\| (`[a-z]+:?[a-z]*`(?:, `[a-z:]+`)*) \| .* \| .* \|$/gm),
    ];
    const named = documented.flatMap(([, names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(named).toEqual(expect.arrayContaining(oauth.scopes.bot));
  });

  test('hears nothing that nobody listens to, and leads to where we listen', () => {
    expect(settings.event_subscriptions).toBeUndefined();
    expect(settings.interactivity.is_enabled).toBe(true);
    const urls = [features.slash_commands[0].url, settings.interactivity.request_url];
    const path = '/slack/events';
    expect(urls).toEqual(Array(2).fill(mode === 'HTTP' ? `https://tocsin.example.com${path}` : undefined));
    expect(code).toContain(`app.post('${path}'`);
    expect(settings.socket_mode_enabled).toBe(mode === 'Socket Mode');
  });

  test('offers the words that the command takes', () => {
    const [, table = ''] = /const verbs: .*?\{$(.*?)^\};/ms.exec(read('src/slack-app/command.ts')) ?? [];
    const verbs = [...table.matchAll(/^ {2}(\w+): \{/gm)].map(([, verb]) => verb);
    expect(features.slash_commands[0].usage_hint.split(' | ')).toEqual(verbs);
    const rows = read('docs/slack-app.md').split('## /tocsin')[1]?.split('\n## ')[0] ?? '';
    expect([...rows.matchAll(/^\| `(\w+)/gm)].map(([, verb]) => verb)).toEqual(verbs);
  });
});

test('/tocsin is the command of the manifest', () => {
  expect(parse(text).features.slash_commands[0].command).toBe('/tocsin');
});
