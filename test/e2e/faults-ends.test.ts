import { describe, expect, test } from 'vitest';
import type { Fault } from '../fakes/faults.ts';
import { keyOf } from './reload-town.ts';
import type { ServedTown } from './served-town.ts';
import { destinationsWith, inServedTown } from './served-town.ts';
import type { Town } from './town.ts';
import { channel, until } from './town.ts';

const engines = ['sqlite', 'redis'] as const;
const domain = 'news.example.com';
const inTime = (timeout: string) => (town: Town) => ({ destinations: destinationsWith(town, { timeout }) });

const headlines = ({ slack }: Town) => slack.messages(channel).map(({ text }) => text);
const statuses = ({ pagerDuty }: Town) => pagerDuty.incidents.map(({ status }) => status);

/** Each attempt to open fails so, and meanwhile it is over; then all is well again. */
async function openAndEndInTrouble({ town, hears, settles }: ServedTown, fault: Fault): Promise<void> {
  const { slack, pagerDuty } = town;
  slack.failMethod('chat.postMessage', fault);
  pagerDuty.faultsOf.trigger.failAll(fault);
  const { atMs } = await hears(domain, 0.5);
  await until(async () => slack.hits() > 0 && pagerDuty.hits() > 0, 10_000, 'both are tried');
  await hears(domain, 0.95, { atMs: atMs + 1 });
  const isOver = () =>
    town.look(async (ledger) => (await ledger.findIncident(keyOf(domain)))?.incident?.open === false);
  await until(isOver, 10_000, 'it is over');
  slack.failMethod('chat.postMessage', undefined);
  pagerDuty.faultsOf.trigger.failAll(undefined);
  await settles();
}

describe.concurrent.each(engines)('an end that comes while the open fails, on %s', (engine) => {
  test('leaves nothing open of what was kept though the answer was 500', async () => {
    await inServedTown(engine, inTime('1s'), async (served) => {
      await openAndEndInTrouble(served, '500-after-keeping');
      expect(statuses(served.town).length).toBeGreaterThan(0);
      expect(new Set(statuses(served.town))).toEqual(new Set(['resolved']));
      expect(headlines(served.town)).toEqual([expect.stringMatching(/^Resolved: news/)]);
    });
  });

  test('leaves nothing open of what was kept and never answered', async () => {
    await inServedTown(engine, inTime('1s'), async (served) => {
      await openAndEndInTrouble(served, 'hang-after-keeping');
      expect(new Set(statuses(served.town))).toEqual(new Set(['resolved']));
      expect(headlines(served.town)).toEqual([expect.stringMatching(/^Resolved: news/)]);
    });
  });

  test('is told below what may stand in Slack where that cannot be looked for', async () => {
    await inServedTown(engine, inTime('1s'), async (served) => {
      served.town.slack.setMethod('conversations.history', 'missing_scope');
      await openAndEndInTrouble(served, '500-after-keeping');
      expect(headlines(served.town).at(-1)).toMatch(/^Resolved: news/);
    });
  });

  test('tells nobody of what surely was never told', async () => {
    await inServedTown(engine, inTime('1s'), async (served) => {
      await openAndEndInTrouble(served, { retryAfter: '1' });
      expect([headlines(served.town), statuses(served.town)]).toEqual([[], []]);
    });
  });
});

describe.concurrent.each(engines)('an open that comes late, on %s', (engine) => {
  test('opens nothing that is over', async () => {
    await inServedTown(
      engine,
      () => ({}),
      async ({ town, hears, settles }) => {
        const first = await hears(domain, 0.5, { atMs: Date.now() - 60_000 });
        await settles();
        await hears(domain, 0.95, { atMs: first.atMs + 30_000 });
        await settles();
        const calls = () => [town.slack.calls.length, town.pagerDuty.calls.length];
        const before = calls();
        await hears(domain, 0.4, { atMs: first.atMs + 20_000 });
        await hears(domain, 0.5, first);
        await settles();
        expect(calls()).toEqual(before);
        expect([headlines(town), statuses(town)]).toEqual([[expect.stringMatching(/^Resolved: news/)], ['resolved']]);
      },
    );
  });
});

describe.concurrent.each(engines)('fifty notifications to a Slack that hangs, on %s', (engine) => {
  test('are felt neither by PagerDuty nor by who sends, and are told when it is back', async () => {
    await inServedTown(engine, inTime('2s'), async ({ town, hears, settles }) => {
      const { slack, pagerDuty } = town;
      slack.failAll('hang');
      await Promise.all(Array.from({ length: 50 }, (_, i) => hears(`d${i}.example.com`, 0.5)));
      await until(async () => slack.hits() >= 32, 10_000, 'as many as there is room for hang');
      const startedAt = performance.now();
      await hears('last.example.com', 0.5);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      await until(async () => pagerDuty.incidents.length === 51, 1_500, 'PagerDuty is told');
      expect(headlines(town)).toEqual([]);
      slack.failAll(undefined);
      await settles(30_000);
      expect(headlines(town)).toHaveLength(51);
      expect(new Set(headlines(town)).size).toBe(51);
    });
  });
});
