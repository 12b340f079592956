import { randomUUID } from 'node:crypto';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import type { FakeIncident } from './fake-pagerduty.ts';

export type PageEvent = { event: { id: string; event_type: string; agent: object; data: Record<string, unknown> } };

export type Said = {
  at: number;
  /** `null`: nobody in person. */
  by?: string | null;
  /** Left out of what has alerts, as PagerDuty does. */
  key?: string | null;
  data?: Record<string, unknown>;
};

/** The webhook about a page, as PagerDuty sends it. */
export function pageEvent(type: string, page: Pick<FakeIncident, 'pageId' | 'dedupKey'>, said: Said): PageEvent {
  const { at, by = 'Ada Lovelace', key = page.dedupKey, data = {} } = said;
  const id = randomUUID();
  const { event } = pagerDuty.fixture(type, { id, atMs: at }) as { event: { agent: object; data: object } };
  const agent = by === null ? { ...event.agent, type: 'service_reference' } : { ...event.agent, summary: by };
  const about = { ...event.data, id: page.pageId, incident_key: key, ...data };
  return { event: { ...event, id, event_type: type, agent, data: about } };
}
