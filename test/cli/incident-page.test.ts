import { expect, test } from 'vitest';
import { incidentText } from '../../src/cli/incident-text.ts';
import { freshIncident } from '../../src/domain/incident/settle.ts';

test('an incident is shown with its page in PagerDuty, and not with those of episodes before', () => {
  const url = 'https://example.pagerduty.com/incidents/P2';
  const pages = [
    { id: 'P1', episode: 1 },
    { id: 'P2', episode: 2, number: 1201, priority: 'P2', assigned: 'Ada Lovelace', url },
  ];
  const incident = { ...freshIncident('k'), episode: 2, open: true, pages };
  const lines = incidentText('k', { incident, episodes: [], notifications: [] }).split('\n');
  expect(lines).toEqual(['k: open', `  PagerDuty: #1201 (P2), priority P2, assigned to Ada Lovelace, ${url}`]);
});
