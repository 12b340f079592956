import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, onTestFinished } from 'vitest';
import type { RunningService } from './running-service.ts';
import { runCli, startService } from './running-service.ts';

/** A preview in an empty folder, without any configuration. */
const test = base.extend<{ preview: { service: RunningService; cwd: string } }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to know what a fixture depends on
  preview: async ({}, use) => {
    const cwd = await mkdtemp(join(tmpdir(), 'tocsin-preview-'));
    const service = await startService({ args: ['--preview'], env: {}, cwd });
    await use({ service, cwd });
    await service.stop();
    await rm(cwd, { recursive: true });
  },
});

/** The commands it prints, as arguments. */
function printedCommands(service: RunningService): string[][] {
  const prefix = 'npm run -s tocsin -- ';
  const texts = service.lines.map((line) => String(line.text ?? '').trim());
  return texts.filter((text) => text.startsWith(prefix)).map((text) => text.slice(prefix.length).split(' '));
}

async function shown(service: RunningService, part: string): Promise<void> {
  const has = () => service.lines.some((line) => String(line.text ?? '').includes(part));
  const deadline = performance.now() + 10_000;
  while (!has()) {
    if (performance.now() > deadline) throw new Error(`never shown: ${part}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const count = (service: RunningService, part: string) =>
  service.lines.filter((line) => String(line.text ?? '').includes(part)).length;

test('rings by the command it prints, folds what comes again, and un-rings', async ({ preview: { service, cwd } }) => {
  await shown(service, 'incidents list');
  const [ring, unring] = printedCommands(service).filter(([command]) => command === 'fire');
  if (!ring || !unring) throw new Error('no fire command was printed');

  expect((await runCli([...ring, '--id', 'dlv_once'], { env: {}, cwd })).out).toContain('"accepted"');
  await shown(service, '"dedup_key": "placement:news.example.com"');
  await shown(service, 'Slack chat.postMessage');
  await shown(service, 'attempt.told  destination=on-call  act=open');
  await shown(service, 'attempt.told  destination=deliverability  act=open');

  expect((await runCli([...ring, '--id', 'dlv_once'], { env: {}, cwd })).out).toContain('"duplicate"');
  expect((await runCli(unring, { env: {}, cwd })).code).toBe(0);
  await shown(service, '"event_action": "resolve"');
  await shown(service, 'Slack chat.update');
  await shown(service, 'attempt.told  destination=deliverability  act=resolve');
  expect(count(service, '"event_action": "trigger"')).toBe(1);
  await shown(service, 'act=reply');
  expect(count(service, 'Slack chat.postMessage (a reply)')).toBe(1);
  expect(count(service, 'Slack chat.postMessage')).toBe(2);
});

test('is looked at by the commands it prints', async ({ preview: { service, cwd } }) => {
  await shown(service, 'incidents list');
  const commands = printedCommands(service);
  await runCli(commands.find(([name]) => name === 'fire') ?? [], { env: {}, cwd });
  await shown(service, 'attempt.told  destination=on-call  act=open');
  const looks = commands.filter(([name]) => name === 'deliveries' || name === 'incidents');
  expect(looks).toHaveLength(2);
  for (const look of looks) {
    const { code, out } = await runCli(look, { env: {}, cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/inbox-check {2}test\.completed {2}routed|open +error/);
  }
});

test('makes up no secret that is set but empty', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-preview-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  const { code, err } = await runCli(['serve', '--preview'], { env: { IC_WEBHOOK_SECRET: ' ', PORT: '0' }, cwd });
  expect(code).toBe(1);
  expect(err).toContain('sources.inbox-check.secrets[0]: the variable IC_WEBHOOK_SECRET is empty');
});
