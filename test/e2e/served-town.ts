import type { RunningService } from './running-service.ts';
import { startService } from './running-service.ts';
import { deliver, placementTest } from './sender.ts';
import type { Town } from './town.ts';
import { openTown, secret, until } from './town.ts';

/** A town and the service in it. */
export type ServedTown = {
  town: Town;
  service: RunningService;
  /** A placement test goes so well for a domain; resolves with its moment once it is acknowledged. */
  hears(
    domain: string,
    inboxRate: number,
    made?: { id?: string; atMs?: number },
  ): Promise<{ id: string; atMs: number }>;
  /** Nothing is unrouted, and nothing owed that can be told. */
  settles(withinMs?: number): Promise<void>;
};

/** Runs a story in a town of its own, so that several run at a time; all is gone with it. */
export async function inServedTown(
  engine: 'sqlite' | 'redis',
  changes: (town: Town) => Record<string, unknown>,
  story: (served: ServedTown) => Promise<void>,
): Promise<void> {
  const town = await openTown(engine);
  try {
    await town.change(changes(town));
    const service = await startService({ env: town.env });
    try {
      await story(servedTown(town, service));
    } finally {
      await service.stop();
    }
  } finally {
    await town.close();
  }
}

function servedTown(town: Town, service: RunningService): ServedTown {
  let sent = 0;
  return {
    town,
    service,
    async hears(domain, inboxRate, made = {}) {
      sent += 1;
      const { id = `dlv_${sent}`, atMs = Date.now() } = made;
      await deliver(() => service.port, placementTest({ id, domain, inboxRate, atMs }), { secret, id });
      return { id, atMs };
    },
    async settles(withinMs = 20_000) {
      const rests = async () => {
        const { unrouted, owed } = await town.backlog();
        return unrouted + owed === 0;
      };
      await until(rests, withinMs, 'all is routed and told');
    },
  };
}

/** The destinations of the town's rules file, each with these settings. */
export function destinationsWith(town: Town, settings: object): Record<string, object> {
  const { destinations } = JSON.parse(town.rulesText()) as { destinations: Record<string, object> };
  return Object.fromEntries(Object.entries(destinations).map(([name, each]) => [name, { ...each, ...settings }]));
}
