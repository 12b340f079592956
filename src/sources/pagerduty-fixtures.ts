/** Every event type of webhooks v3 that is about an incident as it stands, and the test that PagerDuty can send. */
export const pagerDutyTypes = [
  'incident.triggered',
  'incident.acknowledged',
  'incident.unacknowledged',
  'incident.resolved',
  'incident.reopened',
  'incident.reassigned',
  'incident.escalated',
  'incident.delegated',
  'incident.priority_updated',
  'pagey.ping',
] as const;

/** A body as PagerDuty sends it; the incident it is about has the key of the shipped rules' first example. */
export function pagerDutyFixture(type: string, made: { id: string; atMs: number }) {
  const known = pagerDutyTypes.find((each) => each === type);
  if (known === undefined) return undefined;
  const event = { id: made.id, event_type: known, occurred_at: new Date(made.atMs).toISOString(), client: null };
  if (known === 'pagey.ping') {
    const data = { message: 'Hello from your friend Pagey!', type: 'ping' };
    return { event: { ...event, resource_type: 'pagey', agent: null, data } };
  }
  const data = { ...incident, status: statusAfter[known] ?? 'triggered' };
  return { event: { ...event, resource_type: 'incident', agent: person, client: { name: 'PagerDuty' }, data } };
}

const statusAfter: Readonly<Record<string, string>> = {
  'incident.acknowledged': 'acknowledged',
  'incident.resolved': 'resolved',
};

const reference = (type: string, id: string, summary: string) => ({
  html_url: `https://example.pagerduty.com/${type}s/${id}`,
  id,
  self: `https://api.pagerduty.com/${type}s/${id}`,
  summary,
  type: `${type}_reference`,
});

const person = reference('user', 'PUSER01', 'On-call engineer');

const incident = {
  id: 'PINC001',
  type: 'incident',
  self: 'https://api.pagerduty.com/incidents/PINC001',
  html_url: 'https://example.pagerduty.com/incidents/PINC001',
  number: 1201,
  incident_key: 'placement:news.example.com',
  title: 'news.example.com: inbox rate 68.2% (below 80.0%)',
  service: reference('service', 'PSVC001', 'Deliverability'),
  assignees: [person],
  escalation_policy: reference('escalation_policy', 'PESC001', 'Default'),
  teams: [],
  priority: null,
  urgency: 'high',
  conference_bridge: null,
  resolve_reason: null,
};
