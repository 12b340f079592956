/** Every event type ReachScore documents: the union of its two lists. */
export const reachscoreTypes = [
  'test.completed',
  'test.failed',
  'domain.verified',
  'domain.verification_failed',
  'domain.health_changed',
  'monitor.alert',
  'alert.triggered',
  'alert.resolved',
] as const;

/**
 * A body as ReachScore sends it. The completed test went badly: it is fired to hear the bell. What ends another has
 * its id and domain, so that firing the second ends the first.
 */
export function reachscoreFixture(type: string, made: { id: string; atMs: number }) {
  const known = reachscoreTypes.find((each) => each === type);
  if (known === undefined) return undefined;
  const at = new Date(made.atMs).toISOString();
  return { id: made.id, object: 'event', type, created_at: at, livemode: true, data: samples(at)[known] };
}

function samples(at: string) {
  return {
    'test.completed': {
      id: 'test_4hV8cJ2mXw6Ky',
      object: 'test',
      status: 'completed',
      score: 41,
      grade: 'D',
      from_address: 'Garden shop <letters@news.example.com>',
      auth_results: { spf: 'pass', dkim: 'pass', dmarc: 'fail' },
      inbox_placement: { gmail: 'inbox', outlook: 'spam', yahoo: 'spam', icloud: 'inbox', gmx: 'missing' },
      completed_at: at,
    },
    'test.failed': {
      id: 'test_9sB3fN7qTe1Zu',
      object: 'test',
      status: 'failed',
      from_address: 'letters@news.example.com',
      reason: 'the message did not arrive in time',
    },
    'domain.verified': { ...someDomain, status: 'verified' },
    'domain.verification_failed': { ...someDomain, status: 'failed', reason: 'the TXT record was not found' },
    'domain.health_changed': { ...someDomain, health: 'poor', previous_health: 'good', score: 48 },
    'monitor.alert': {
      monitor_id: 'mon_6dR1gP5kYb8Lw',
      monitor_name: 'Newsletter, every morning',
      domain: 'news.example.com',
      severity: 'critical',
      metric: 'inbox_rate',
      threshold: 0.8,
      value: 0.4,
    },
    'alert.triggered': { ...someAlert, status: 'triggered', value: 0.0041 },
    'alert.resolved': { ...someAlert, status: 'resolved', value: 0.0006 },
  };
}

const someDomain = { id: 'dom_2jW7hQ4nUc9Xa', object: 'domain', name: 'news.example.com' };

const someAlert = {
  id: 'alert_7pT5kD3vRz0Me',
  object: 'alert',
  name: 'Complaints over the limit',
  domain: 'news.example.com',
  severity: 'warning',
  metric: 'complaint_rate',
  threshold: 0.003,
};
