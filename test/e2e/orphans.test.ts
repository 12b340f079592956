import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hear, isOpen, keyOf, otherRule, rateLow, serveIn, settled, townOn, warningsOf } from './reload-town.ts';
import type { RunningService } from './running-service.ts';
import { runCli } from './running-service.ts';
import type { Town } from './town.ts';
import { channel, until } from './town.ts';

const engines = ['sqlite', 'redis'] as const;
const domains = Array.from({ length: 4 }, (_, i) => `d${i}.example.com`);
const withoutRule = { rules: [otherRule] };

async function openAll(town: Town, service: RunningService, these = domains): Promise<void> {
  for (const domain of these) await hear(service, domain, 0.5);
  await settled(town);
}

async function reload(town: Town, service: RunningService, changes: Record<string, unknown>): Promise<void> {
  const reloaded = service.says('rules.reloaded');
  await town.change(changes);
  await reloaded;
}

const causesOf = (town: Town, domain: string) =>
  town.look(async (ledger) => (await ledger.findIncident(keyOf(domain)))?.incident?.causes ?? []);
const isMarked = async (town: Town, domain: string) => (await causesOf(town, domain)).some(({ orphan }) => orphan);
const isOver = (town: Town, domain: string) => async () => !(await isOpen(town, domain));
const endsOf = (town: Town, domain: string) =>
  town.look(async (ledger) => (await ledger.findIncident(keyOf(domain)))?.episodes.map(({ end }) => end?.why) ?? []);

describe.each(engines)('an incident whose rule is taken out of the file, on %s', (engine) => {
  test('is told to the owner once, ended when its grace is over, and un-rung everywhere', async () => {
    const town = await townOn(engine, { owner: 'deliverability', orphanGrace: '2s' });
    const service = await serveIn(town);
    await openAll(town, service, ['one.example.com', 'two.example.com']);
    await reload(town, service, withoutRule);
    await until(isOver(town, 'one.example.com'), 15_000, 'it is ended');
    await settled(town);
    expect(await endsOf(town, 'one.example.com')).toEqual(['orphaned']);
    expect(town.pagerDuty.incidents.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    const texts = town.slack.messages(channel).map((each) => JSON.stringify(each));
    const ofOwner = texts.filter((text) => text.includes('fed by no rule any more'));
    expect(ofOwner).toEqual([expect.stringMatching(/2 open incidents.*placement:(one|two).*2 s/)]);
    expect(texts.filter((text) => text.includes('"text":"Ended: '))).toHaveLength(2);
  });

  test('stays open when the rule comes back in time, and nobody is told again', async () => {
    const town = await townOn(engine, { orphanGrace: '1h' });
    const service = await serveIn(town);
    await openAll(town, service, ['back.example.com']);
    await reload(town, service, withoutRule);
    await until(() => isMarked(town, 'back.example.com'), 10_000, 'it is marked');
    await reload(town, service, {});
    await until(async () => !(await isMarked(town, 'back.example.com')), 10_000, 'it is marked no more');
    await hear(service, 'back.example.com', 0.95);
    await settled(town);
    expect(await endsOf(town, 'back.example.com')).toEqual(['cleared']);
    expect(town.slack.messages(channel)).toHaveLength(1);
  });
});

test('an incident whose source is gone is an orphan, and so is one whose rule has another key', async () => {
  const town = await townOn('sqlite', { orphanGrace: '1h' });
  const service = await serveIn(town);
  await openAll(town, service, ['one.example.com']);
  await reload(town, service, { rules: [{ ...rateLow, key: 'other:{{ domain }}' }] });
  await until(() => isMarked(town, 'one.example.com'), 10_000, 'its rule has another key');
  await reload(town, service, {});
  await until(async () => !(await isMarked(town, 'one.example.com')), 10_000, 'its rule is back');
  const renamed = { other: { type: 'inbox-check', secrets: [{ env: 'IC_WEBHOOK_SECRET' }] } };
  await reload(town, service, { sources: renamed });
  await until(() => isMarked(town, 'one.example.com'), 10_000, 'its source is gone');
});

describe.each(engines)('a file that would end most of what is open, on %s', (engine) => {
  test('is refused at reload, in words, until a person confirms it', async () => {
    const town = await townOn(engine, { orphanGrace: '1s' });
    const service = await serveIn(town);
    await openAll(town, service);
    const refused = service.says('rules.refused');
    await town.change(withoutRule);
    const words = /4 of 4 open incidents.*placement:d\d\.example\.com.*tocsin reload --accept-orphans/;
    expect((await refused).problems).toEqual([expect.stringMatching(words)]);
    expect(await warningsOf(service)).toEqual([expect.stringMatching(words)]);
    expect(await isOpen(town, 'd0.example.com')).toBe(true);
    const reloaded = service.says('rules.reloaded');
    const { code, out, err } = await runCli(['reload', '--accept-orphans'], { env: town.env });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('is in force in 1 of 1 service');
    await reloaded;
    for (const domain of domains) await until(isOver(town, domain), 15_000, `${domain} is ended`);
    expect(service.lines.filter(({ msg }) => msg === 'rules.refused')).toHaveLength(1);
  });

  test('keeps a service from starting, until a person confirms it', async () => {
    const town = await townOn(engine, { orphanGrace: '1h' });
    const service = await serveIn(town);
    await openAll(town, service);
    await service.stop();
    await town.change(withoutRule);
    const { code, err } = await runCli(['serve'], { env: { ...town.env, PORT: '0' } });
    expect(code).toBe(1);
    expect(err).toMatch(/4 of 4 open incidents.*tocsin reload --accept-orphans/);
    await runCli(['reload', '--accept-orphans'], { env: town.env });
    const again = await serveIn(town);
    await until(() => isMarked(town, 'd0.example.com'), 10_000, 'what is open is marked');
    await reload(town, again, { rules: [otherRule], staleAfter: '12h' });
  });

  test('is taken when it leaves out no more than half of it', async () => {
    const town = await townOn(engine, { rules: [rateLow, { ...otherRule, when: { inboxRate: { $lt: 0.3 } } }] });
    const service = await serveIn(town);
    await openAll(town, service);
    for (const domain of domains) await hear(service, `low-${domain}`, 0.2);
    await settled(town);
    await reload(town, service, withoutRule);
  });
});

test('two services on one Redis with different files: what one feeds is no orphan while it is there', async () => {
  const town = await townOn('redis', { orphanGrace: '1s' });
  const first = await serveIn(town);
  await openAll(town, first, ['shared.example.com']);
  const elsewhere = join(town.dir, 'other.json');
  await writeFile(elsewhere, town.rulesText(withoutRule));
  const second = await serveIn(town, { TOCSIN_RULES: elsewhere });
  await until(
    async () => (await warningsOf(second)).some((each) => each.includes('different rules files')),
    10_000,
    'said',
  );
  expect(await isMarked(town, 'shared.example.com')).toBe(false);
  expect(await isOpen(town, 'shared.example.com')).toBe(true);
  await first.stop();
  await until(isOver(town, 'shared.example.com'), 20_000, 'it is ended once nobody feeds it');
  await settled(town);
  expect(town.pagerDuty.incidents.map(({ status }) => status)).toEqual(['resolved']);
  expect(await warningsOf(second)).toEqual([]);
});
