import { inboxCheck } from '../../../src/sources/inbox-check.ts';
import { reachscore } from '../../../src/sources/reachscore.ts';
import type { Happening, Send } from './step.ts';

export const domainOf = (about: 'a' | 'b') => `${about}.example.com`;

/** Shares of mails that came to the inbox; below 80 % it is bad, below 30 % worse, from 85 % on it is over. */
const rates: Partial<Record<Happening, number>> = { bad: 0.5, worse: 0.1, between: 0.82, good: 0.95 };

const reachscoreTypes: Partial<Record<Happening, string>> = {
  alert: 'alert.triggered',
  'alert-over': 'alert.resolved',
  verified: 'domain.verified',
};

/** The request as its sender makes it; alerts and verified domains only one of them knows. */
export function sentBody(send: Omit<Send, 'do' | 'agoS'>, made: { id: string; atMs: number }) {
  const { what, about, from, test } = send;
  const type = reachscoreTypes[what];
  if (type === undefined && from === 'inbox-check' && !test) {
    const data = { testId: made.id, senderDomain: domainOf(about), summary: { inboxRate: rates[what] ?? 'n/a' } };
    return { source: from, type: 'test.completed', body: { ...inboxCheck.fixture('test.completed', made), data } };
  }
  const body = {
    ...reachscore.fixture(type ?? 'test.completed', made),
    livemode: !test,
    data:
      type === undefined ? placementOf(send, made.id) : { id: 'one', name: domainOf(about), domain: domainOf(about) },
  };
  return { source: 'reachscore', type: type ?? 'test.completed', body };
}

function placementOf({ what, about }: Pick<Send, 'what' | 'about'>, id: string) {
  const rate = rates[what];
  const inboxes = 20;
  const placements = Array.from({ length: inboxes }, (_, i) => [
    `provider-${i}`,
    i < Math.round((rate ?? 0) * inboxes) ? 'inbox' : 'spam',
  ]);
  const placed = rate === undefined ? {} : { inbox_placement: Object.fromEntries(placements) };
  return { id, from_address: `letters@${domainOf(about)}`, ...placed };
}
