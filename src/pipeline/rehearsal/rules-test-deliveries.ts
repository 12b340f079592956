import { changedAt } from '../../domain/changed-at.ts';
import type { Delivery } from '../../domain/event.ts';
import type { Problem } from '../../domain/filter/filter.ts';
import type { RulesTest, RulesTestEvent } from '../../domain/rules/rules-test.ts';
import type { SourceType } from '../../sources/source.ts';
import type { Speaker } from '../arrived.ts';

/** A test's clock starts at a moment like any other. */
const someMonday = Date.parse('2026-01-05T08:00:00Z');

export type TestDeliveries = { startedAt: number; deliveries: Delivery[] };

/**
 * What a test's events are as the ledger would keep them. The clock starts so that the first body with a moment of its
 * own comes when it says that it happened: whatever was pasted is as new as on its day.
 */
export function* deliveriesOf(
  { events }: Pick<RulesTest, 'events'>,
  speakers: ReadonlyMap<string, Speaker>,
): Generator<undefined, TestDeliveries | { problem: Problem }> {
  const startedAt = startOf(events, speakers);
  const deliveries: Delivery[] = [];
  const places = new Map<string, string>();
  let at = 0;
  for (const [i, event] of events.entries()) {
    at = event.at ?? at;
    const place = `events[${i}]`;
    const type = speakers.get(event.source)?.type;
    if (!type) return { problem: { path: `${place}.source`, message: `there is no source "${event.source}"` } };
    const body = bodyOf(event, type, { id: `test-${i + 1}`, at: startedAt + (event.occurredAt ?? at) });
    const identified = type.identify({ headers: {}, body });
    if (!identified.ok) return { problem: { path: place, message: identified.reason } };
    const { id } = identified;
    const before = places.get(`${event.source} ${id}`);
    const twice = `has the id of ${before}, and would be its duplicate: leave ${type.fields.id} out for one of its own`;
    if (before !== undefined) return { problem: { path: place, message: twice } };
    places.set(`${event.source} ${id}`, place);
    deliveries.push({ seq: i + 1, source: event.source, id, type: identified.type, body, receivedAt: startedAt + at });
    yield;
  }
  return { startedAt, deliveries };
}

function startOf(events: readonly RulesTestEvent[], speakers: ReadonlyMap<string, Speaker>): number {
  let at = 0;
  for (const { source, payload, occurredAt, at: own = at } of events) {
    at = own;
    const moment = occurredAt === undefined && payload ? momentOf(payload, speakers.get(source)?.type) : undefined;
    if (moment !== undefined) return moment - at;
  }
  return someMonday;
}

/** Later than any body says that it happened. */
const afterAll = Date.UTC(9999, 11, 31);

/** When it says that it happened, if it can be read. */
function momentOf(payload: object, type: SourceType | undefined): number | undefined {
  const body = bytesOf(payload);
  const occurredAt = type && Date.parse(type.normalise({ source: '', body, receivedAt: afterAll }).event.occurredAt);
  return occurredAt === afterAll ? undefined : occurredAt;
}

function bodyOf(event: RulesTestEvent, type: SourceType, made: { id: string; at: number }): Buffer {
  const { fire, set = {}, payload, occurredAt } = event;
  if (fire !== undefined) {
    const fixture: unknown = type.fixture(fire, { id: made.id, atMs: made.at });
    const changes = Object.entries(set);
    return bytesOf(changes.reduce((body, [path, value]) => changedAt(body, path.split('.'), value), fixture));
  }
  const { id, occurredAt: moment } = type.fields;
  const own = new Date(made.at).toISOString();
  return bytesOf({ [id]: made.id, [moment]: own, ...payload, ...(occurredAt === undefined ? {} : { [moment]: own }) });
}

/** A type that is not documented has no body. */
function bytesOf(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body) ?? '');
}
