import { randomUUID } from 'node:crypto';
import type { Incident, Severity } from '../../src/domain/incident/incident.ts';
import { freshIncident, settle } from '../../src/domain/incident/settle.ts';
import { stepOf } from '../../src/domain/telling/owed.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { aCause } from '../domain/causes.ts';
import { anEvent } from '../domain/events.ts';

export type Opening = { rule?: string; severity?: Severity; to?: string[]; domain?: string };

/** Opens an incident as a delivery would that one rule matched, and owes it to the destinations of that rule. */
export async function openIncident(ledger: Ledger, key: string, opening: Opening = {}): Promise<Incident> {
  const { rule = 'inbox-rate-low', severity = 'error', to = ['chat'], domain = 'news.example.com' } = opening;
  const before = (await ledger.readIncidents([key])).get(key) ?? freshIncident(key);
  const now = await ledger.now();
  const event = anEvent({ domain, inboxRate: 0.5, occurredAt: new Date(now).toISOString() });
  const tripped = [{ path: 'inboxRate', op: '$lt', expected: 0.8, actual: 0.5 }];
  const entry = {
    at: now,
    ends: false,
    seq: before.revision + 1,
    verdict: 'match',
    stale: false,
    firing: true,
  } as const;
  const said = { rule, event, tripped };
  const cause = aCause({ rule, severity, firing: true, ring: [entry], heardAt: now, said });
  const causes = [...before.causes.filter((each) => each.rule !== rule), cause];
  const joining = to.map((name) => ({ address: `made:${name}`, destination: name }));
  const settling = { now, joining, keyless: false, end: { why: 'cleared' as const } };
  const after = settle(before, { ...before, causes }, settling);
  const [answer] = await ledger.commit([{ token: randomUUID(), ...stepOf(before, after) }]);
  if (answer !== 'committed') throw new Error(`not committed but ${answer}`);
  return after.incident;
}
