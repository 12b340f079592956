import { onTestFinished } from 'vitest';
import type { RunningService } from './running-service.ts';
import { startService } from './running-service.ts';
import { deliver, placementTest } from './sender.ts';
import type { Town } from './town.ts';
import { openTown, secret, until } from './town.ts';

/** The rule of the town, as it is changed. */
export const rateLow = {
  id: 'inbox-rate-low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  clear: { inboxRate: { $gte: 0.85 } },
  severity: 'error',
  key: 'placement:{{ domain }}',
  to: ['deliverability', 'on-call'],
};
export const withRule = (changes: object) => ({ rules: [{ ...rateLow, ...changes }] });
/** A rule that hears nothing the town sends. */
export const otherRule = { ...rateLow, id: 'another', when: { inboxRate: { $lt: 0.01 } } };
export const keyOf = (domain: string) => `placement:${domain}`;

export async function townOn(engine: 'sqlite' | 'redis', changes: Record<string, unknown> = {}): Promise<Town> {
  const town = await openTown(engine, changes);
  onTestFinished(() => town.close());
  return town;
}

export async function serveIn(town: Town, env: Record<string, string> = {}): Promise<RunningService> {
  const service = await startService({ env: { ...town.env, ...env } });
  onTestFinished(async () => void (await service.stop()));
  return service;
}

let sent = 0;

/** A placement test goes so well for a domain; resolves once it is acknowledged. */
export async function hear(service: RunningService, domain: string, inboxRate: number, key = secret): Promise<void> {
  sent += 1;
  const id = `dlv_${sent}`;
  await deliver(() => service.port, placementTest({ id, domain, inboxRate, atMs: Date.now() }), { secret: key, id });
}

/** Nothing is unrouted, and nothing owed that can be told. */
export function settled(town: Town): Promise<void> {
  const rests = async () => {
    const { unrouted, owed } = await town.backlog();
    return unrouted === 0 && owed === 0;
  };
  return until(rests, 15_000, 'all is routed and told');
}

export async function isOpen(town: Town, domain: string): Promise<boolean> {
  const found = await town.look((ledger) => ledger.findIncident(keyOf(domain)));
  return found?.incident?.open ?? false;
}

export async function warningsOf(service: RunningService): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${service.port}/readyz`);
  return ((await answer.json()) as { warnings: string[] }).warnings;
}

export async function metricsOf(service: RunningService): Promise<string> {
  return (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
}
