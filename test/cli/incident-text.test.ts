import { describe, expect, test } from 'vitest';
import { incidentText, stateWords, summary } from '../../src/cli/incident-text.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { hour, start, town } from '../domain/town.ts';

const low = { when: { inboxRate: { $lt: 0.8 } }, on: ['test.completed'], key: 'k' };
const daily = { id: 'daily', absent: { for: '26h' }, key: 'k' };

function heard(rule: Record<string, unknown>): {
  incidents: Map<string, Incident>;
  passes: (until: number) => unknown;
} {
  const place = town(rule);
  place.happens({ inboxRate: 0.5, at: 0 });
  return place;
}

function textOf(incident: Incident | undefined): string {
  return incidentText('k', { incident, episodes: [], notifications: [] });
}

describe('an incident in shadow', () => {
  const { incidents } = heard({ ...low, mode: 'shadow' });
  const incident = incidents.get('shadow:k') ?? expect.unreachable();

  test('is marked so, in words and in JSON', () => {
    expect(stateWords(incident)).toBe('open (shadow)');
    expect(summary(incident)).toMatchObject({ key: 'shadow:k', state: 'open', shadow: true, told: [] });
  });

  test('is the only kind that is', () => {
    const live = heard(low).incidents.get('k') ?? expect.unreachable();
    expect(stateWords(live)).toBe('open');
    expect(summary(live)).not.toHaveProperty('shadow');
  });
});

test('what is waited for is shown with when it was heard last', () => {
  const { incidents, passes } = heard(daily);
  const at = new Date(start).toISOString().slice(0, 19).replace('T', ' ');
  expect(textOf(incidents.get('k'))).toContain(`opens when nothing is heard for 26 h; heard last at ${at}Z`);
  passes((26 * hour) / 60_000);
  expect(textOf(incidents.get('k'))).toContain('is given up when nothing is heard for 10 d 20 h; heard last at');
});
