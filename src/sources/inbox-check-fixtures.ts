/** Every event type Inbox Check documents. */
export const inboxCheckTypes = ['test.completed', 'test.failed', 'monitor.alert'] as const;

/** A body as Inbox Check sends it. The completed test went badly: it is fired to hear the bell. */
export function inboxCheckFixture(type: string, made: { id: string; atMs: number }) {
  const data = inboxCheckTypes.find((known) => known === type);
  if (data === undefined) return undefined;
  return { event: type, deliveryId: made.id, createdAt: new Date(made.atMs).toISOString(), data: samples[data] };
}

const samples = {
  'test.completed': {
    testId: 't_01JZ8K4T7Q2M5R9V3X6B1C0D8F',
    senderDomain: 'news.example.com',
    subject: 'What is new in the garden shop',
    summary: { inboxCount: 15, promoCount: 2, spamCount: 4, missingCount: 1, total: 22, inboxRate: 0.6818 },
    auth: {
      spf: { result: 'pass' },
      dkim: { result: 'pass' },
      dmarc: { result: 'pass', aligned: true },
    },
    providers: [
      { provider: 'gmail', placement: 'inbox' },
      { provider: 'gmail', placement: 'promo' },
      { provider: 'outlook', placement: 'spam' },
      { provider: 'yahoo', placement: 'inbox' },
      { provider: 'gmx', placement: 'missing' },
    ],
    tags: ['nightly', 'newsletter'],
  },
  'test.failed': {
    testId: 't_01JZ8K9A4N6P8S0T2W4Y6Z8B1D',
    senderDomain: 'news.example.com',
    subject: 'What is new in the garden shop',
    reason: 'sender unverified',
    tags: ['nightly'],
  },
  'monitor.alert': {
    monitorId: 'mon_01JZ8KC5E7G9J1K3M5N7P9Q2R4',
    monitorName: 'Newsletter, every night',
    senderDomain: 'news.example.com',
    severity: 'page',
    metric: 'inboxRate',
    threshold: 0.8,
    value: 0.6818,
    rollingAverage: 0.7416,
    tags: ['nightly'],
  },
};
