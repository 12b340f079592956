import { describe, expect, test } from 'vitest';
import { rateLow } from './reload-town.ts';
import type { ServedTown } from './served-town.ts';
import { destinationsWith, inServedTown } from './served-town.ts';
import type { Town } from './town.ts';
import { channel, otherChannel, until } from './town.ts';

const domain = 'news.example.com';
const fallbackAfterMs = 2_000;

/** PagerDuty alone is to be told; another channel stands in for it after two seconds, and the first is the owner's. */
function rulesOf(town: Town) {
  const { deliverability, 'on-call': onCall } = destinationsWith(town, { timeout: '1s' });
  return {
    owner: 'deliverability',
    destinations: {
      deliverability,
      'stand-in': { ...deliverability, channel: otherChannel },
      'on-call': { ...onCall, fallback: 'stand-in', fallbackAfter: `${fallbackAfterMs}ms` },
    },
    rules: [{ ...rateLow, to: ['on-call'] }],
  };
}

const headlines = ({ slack }: Town, at: string) => slack.messages(at).map(({ text }) => text);

/** PagerDuty is down, and somebody else is told instead. */
async function openWhileDown({ town, hears }: ServedTown): Promise<void> {
  town.pagerDuty.faultsOf.trigger.failAll('500');
  const startedAt = performance.now();
  await hears(domain, 0.5);
  await until(async () => headlines(town, otherChannel).length === 1, 10_000, 'the fallback is told');
  expect(performance.now() - startedAt).toBeGreaterThan(fallbackAfterMs - 100);
  expect(JSON.stringify(town.slack.messages(otherChannel))).toContain('*Stands in for* on-call');
  await until(async () => headlines(town, channel).length === 1, 10_000, 'the owner is told');
  expect(headlines(town, channel)[0]).toMatch(
    /on-call could not be told about placement:news.*stand-in is told instead/,
  );
}

describe.concurrent.each(['sqlite', 'redis'] as const)(
  'a PagerDuty that is down for longer than its fallback waits, on %s',
  (engine) => {
    test('is told when it is back, and both it and who stood in for it are told the end', async () => {
      await inServedTown(engine, rulesOf, async (served) => {
        const { town, hears, settles } = served;
        await openWhileDown(served);
        town.pagerDuty.faultsOf.trigger.failAll(undefined);
        // Due at once, with whatever the pause had grown to.
        await hears(domain, 0.4);
        await until(async () => town.pagerDuty.incidents.length > 0, 10_000, 'PagerDuty is told');
        await hears(domain, 0.95);
        await settles();
        expect(town.pagerDuty.incidents).toMatchObject([{ status: 'resolved', payloads: [{}] }]);
        expect(headlines(town, otherChannel)).toEqual([expect.stringMatching(/^Resolved: news/)]);
        expect(headlines(town, channel)).toHaveLength(1);
      });
    });

    test('until it is over is told the end alone, and so is who stood in for it', async () => {
      await inServedTown(engine, rulesOf, async (served) => {
        const { town, hears, settles } = served;
        await openWhileDown(served);
        await hears(domain, 0.95);
        await settles();
        expect(headlines(town, otherChannel)).toEqual([expect.stringMatching(/^Resolved: news/)]);
        expect(town.pagerDuty.calls).toMatchObject([{ body: { event_action: 'resolve' }, status: 202 }]);
        expect(town.pagerDuty.incidents).toEqual([]);
      });
    });
  },
);
