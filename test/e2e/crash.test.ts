import { describe, expect, test } from 'vitest';
import type { RunningService } from './running-service.ts';
import { startService } from './running-service.ts';
import type { Sent } from './sender.ts';
import { deliver, placementTest } from './sender.ts';
import type { Town } from './town.ts';
import { channel, openTown, secret, until } from './town.ts';

const keys = 1_050;
/** These stay open: every other one is resolved again. */
const staysOpen = (i: number) => i % 10 === 0 && i < 1_000;
const concurrency = 24;
const start = Date.parse('2026-01-01T00:00:00Z');

type Step = { id: string; domain: string; inboxRate: number; atMs: number };

/** Each key opens; most of them resolve afterwards. 2,000 deliveries. */
function load(): Step[] {
  const now = Math.max(start, Date.now() - 60_000);
  const domains = Array.from({ length: keys }, (_, i) => `d${i}.example.com`);
  const opens = domains.map((domain, i) => ({ id: `dlv_open_${i}`, domain, inboxRate: 0.5, atMs: now + i }));
  const ends = domains.flatMap((domain, i) =>
    staysOpen(i) ? [] : [{ id: `dlv_end_${i}`, domain, inboxRate: 0.95, atMs: now + 10_000 + i }],
  );
  return [...opens, ...ends];
}

/** Sends all, as many at once as said; `acknowledged` hears of each. */
async function sendAll(steps: Step[], port: () => number, acknowledged: (sent: Sent) => void): Promise<void> {
  const waiting = [...steps];
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      acknowledged(await deliver(port, placementTest(step), { secret, id: step.id }));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Kills it three times while it is loaded, each time once so many more are acknowledged. */
async function sendThroughCrashes(town: Town): Promise<{ service: RunningService; acknowledged: Sent[] }> {
  let service = await startService({ env: town.env });
  const port = { PORT: String(service.port) };
  const acknowledged: Sent[] = [];
  const killAt = [400, 900, 1_500];
  let restart = Promise.resolve();
  await sendAll(
    load(),
    () => service.port,
    (sent) => {
      acknowledged.push(sent);
      if (acknowledged.length !== killAt[0]) return;
      killAt.shift();
      restart = service.kill().then(async () => {
        service = await startService({ env: { ...town.env, ...port } });
      });
    },
  );
  await restart;
  return { service, acknowledged };
}

describe.each(['sqlite', 'redis'] as const)('killed three times in mid-load, on %s', (engine) => {
  test('every acknowledged delivery is routed, everything owed arrives, and PagerDuty ends up right', async () => {
    const town = await openTown(engine);
    try {
      const { service, acknowledged } = await sendThroughCrashes(town);
      expect(acknowledged).toHaveLength(2_000);
      const settled = async () => {
        const { unrouted, owed } = await town.backlog();
        return unrouted === 0 && owed === 0;
      };
      await until(settled, 60_000, 'all is routed and told');
      const backlog = await town.backlog();
      expect(backlog).toMatchObject({ openIncidents: 100, deadDeliveries: 0, deadNotifications: 0 });
      expect(backlog.heard['inbox-check']?.accepted).toBe(2_000);
      for (let i = 0; i < keys; i += 1) expectTruth(town, i);
      expect(town.pagerDuty.calls.every((call) => call.status === 202)).toBe(true);
      expect(await service.stop()).toBe(0);
    } finally {
      await town.close();
    }
  }, 180_000);
});

function expectTruth(town: Town, i: number): void {
  const domain = `d${i}.example.com`;
  const there = town.pagerDuty.incidents.filter((each) => each.dedupKey === `placement:${domain}`);
  const open = there.filter((each) => each.status === 'triggered');
  expect(open, `${domain} at PagerDuty`).toHaveLength(staysOpen(i) ? 1 : 0);
  const posted = town.slack.messages(channel).filter((each) => each.text.includes(`${domain}:`));
  const states = posted.map((each) => each.text.split(':')[0]);
  expect([[], [staysOpen(i) ? 'Error' : 'Resolved']], `${domain} in Slack`).toContainEqual(states);
  if (staysOpen(i)) expect(states, `${domain} in Slack`).toHaveLength(1);
}
