import type { Episode } from '../../src/domain/incident/incident.ts';
import { anEvent } from './events.ts';

export function anEpisode(over: Partial<Episode> = {}): Episode {
  return {
    key: 'placement:news.example.com',
    number: 1,
    kind: 'incident',
    revision: 1,
    openedAt: Date.parse('2026-03-02T08:00:00Z'),
    severity: 'warning',
    said: { rule: 'inbox-rate-low', event: anEvent(), tripped: [] },
    firing: [{ rule: 'inbox-rate-low', source: 'inbox-check' }],
    test: false,
    keyless: false,
    ...over,
  };
}
