import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { acknowledge, resolveByHand, snooze } from '../../src/domain/incident/people.ts';
import type { PersonsChange } from '../../src/pipeline/people.ts';
import { changeIncident } from '../../src/pipeline/people.ts';
import type { MadeDestination } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { openStore, second } from './open-store.ts';

/** Below 80 % it is a warning, below 30 % critical, from 85 % on it is over. */
const rising = (to: string[]) => [
  { ...rateLow, severity: 'warning', to },
  { ...rateLow, id: 'inbox-rate-very-low', when: { inboxRate: { $lt: 0.3 } }, severity: 'critical', to },
];

/** A pipeline that tells these destinations, the first of which is followed, about one incident. */
export async function openTold(
  engine: Engine,
  destinations: [MadeDestination, ...MadeDestination[]],
  settings: Omit<PipelineSettings, 'destinations'> & { to?: string[] } = {},
) {
  const [first] = destinations;
  const store = await openStore(engine);
  const rules = rising(settings.to ?? [first.name]);
  const pipeline = await openPipeline({ store, rules, ...settings, destinations });
  const { ledger } = pipeline;

  async function hear(inboxRate: number, domain = 'news.example.com'): Promise<void> {
    store.advance(second);
    await pipeline.hear({ inboxRate, domain });
    await pipeline.route();
  }

  async function people(change: PersonsChange): Promise<void> {
    store.advance(second);
    expect(await changeIncident(ledger, key, change)).toMatchObject({ kind: 'changed' });
    await pipeline.tell();
  }

  const history = async (address = first.address) => {
    const found = await ledger.findIncident(key);
    const one = found?.notifications.findLast((each) => each.address === address);
    if (!one) throw new Error(`nothing was ever owed at ${address}`);
    return one;
  };

  return {
    ...pipeline,
    /** Hears it a second later, and tells what is owed. */
    async becomes(inboxRate: number, domain?: string) {
      await hear(inboxRate, domain);
      await pipeline.tell();
    },
    /** Hears it a second later, and tells nobody yet. */
    heard: hear,
    async tellAfter(ms: number) {
      store.advance(ms);
      await pipeline.tell();
    },
    acknowledge: () => people((incident, at) => acknowledge(incident, { by: 'ann', at })),
    resolve: () => people((incident, at) => resolveByHand(incident, { by: 'ann', at })),
    snooze: (ms: number) => people((incident, at) => snooze(incident, { by: 'ann', at, until: at + ms })),
    /** Keeps it, in force from now on; its id. */
    async silence(filter: unknown, forMs: number) {
      const kept = await ledger.keepSilence({ id: randomUUID(), filter, by: 'ann', comment: 'moving', forMs });
      return kept.id;
    },
    history,
    attempts: async (address?: string) =>
      (await history(address)).attempts.map(({ act, result }) => `${act} ${result ?? 'unknown'}`),
  };
}
