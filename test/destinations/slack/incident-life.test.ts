import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderOrder } from '../../../src/destinations/slack/render-order.ts';
import type { Event } from '../../../src/domain/event.ts';
import type { Episode, EpisodeChange } from '../../../src/domain/incident/incident.ts';
import { messageOf } from '../../../src/domain/message/message.ts';
import { slackFault } from '../../fakes/fake-slack-limits.ts';
import { madeOrder } from '../made-order.ts';

const folder = join(import.meta.dirname, '../../../docs/incident-life');
const openedAt = Date.parse('2026-08-01T12:00:00Z');
const minutes = (count: number) => openedAt + count * 60_000;

function placementTest(over: Partial<Event>): Event {
  return {
    id: 'whd_7f3a',
    source: 'inbox-check',
    type: 'test.completed',
    occurredAt: '2026-08-01T11:59:30.000Z',
    live: true,
    domain: 'news.example.com',
    test: { id: 'tst_41' },
    mailSubject: 'Your weekly <offers> & more',
    counts: { inbox: 74, promo: 6, spam: 12, missing: 8, total: 100 },
    inboxRate: 0.74,
    spamRate: 0.12,
    missingRate: 0.08,
    auth: { spf: 'pass', dkim: 'pass', dmarc: 'fail' },
    providers: [
      ...Array(3).fill({ provider: 'gmail', placement: 'spam' }),
      ...Array(2).fill({ provider: 'gmail', placement: 'inbox' }),
      { provider: 'outlook', placement: 'inbox' },
      { provider: 'yahoo', placement: 'missing' },
    ],
    ...over,
  };
}

const opened: Episode = {
  key: 'placement:news.example.com',
  number: 1,
  kind: 'incident',
  revision: 1,
  openedAt,
  severity: 'warning',
  said: {
    rule: 'inbox-rate-low',
    event: placementTest({}),
    tripped: [{ path: 'inboxRate', op: '$lt', expected: 0.8, actual: 0.74 }],
  },
  firing: [{ rule: 'inbox-rate-low', source: 'inbox-check' }],
  test: false,
  keyless: false,
};
const worse = placementTest({
  id: 'whd_7f58',
  occurredAt: '2026-08-01T12:39:10.000Z',
  test: { id: 'tst_42' },
  counts: { inbox: 31, promo: 9, spam: 45, missing: 15, total: 100 },
  inboxRate: 0.31,
  spamRate: 0.45,
  missingRate: 0.15,
});
const rise: EpisodeChange = { revision: 2, at: minutes(40), what: 'raised', from: 'warning', to: 'error' };
const edited: Episode = {
  ...opened,
  revision: 2,
  severity: 'error',
  said: {
    rule: 'inbox-rate-very-low',
    event: worse,
    tripped: [{ path: 'inboxRate', op: '$lt', expected: 0.7, actual: 0.31 }],
  },
  firing: [{ rule: 'inbox-rate-very-low', source: 'inbox-check' }, ...opened.firing],
  changes: [rise],
};
const person = { by: 'on-call', at: minutes(44), comment: 'the new IP is not warmed up; sending less' };
const taken: EpisodeChange = { revision: 3, what: 'acknowledged', ...person };
const acknowledged: Episode = { ...edited, revision: 3, acknowledged: person, changes: [rise, taken] };
const end: EpisodeChange = { revision: 4, at: minutes(125), what: 'ended' };
const resolved: Episode = {
  ...acknowledged,
  revision: 4,
  changes: [rise, taken, end],
  end: { at: minutes(125), why: 'cleared', event: placementTest({ inboxRate: 0.91 }) },
};
const quiet: Episode = { ...resolved, end: { at: minutes(400), why: 'quiet', quietMs: 21_600_000 } };
const reopened: Episode = { ...opened, number: 2, openedAt: minutes(1_500) };
const before = { number: 1, ref: 'C0123456789:1785585601.000100' };

/** Slack's builder shows blocks and attachments: a plain text is put into a block for it. */
const steps: [string, Episode, EpisodeChange?][] = [
  ['1-opened', opened],
  ['2-edited', edited],
  ['2-edited-reply', edited, rise],
  ['3-acknowledged', acknowledged],
  ['3-acknowledged-reply', acknowledged, taken],
  ['4-resolved', resolved],
  ['4-resolved-reply', resolved, end],
  ['4-ended-by-quiet', quiet],
  ['5-reopened', reopened],
];

test.each(steps)('docs/incident-life/%s.json is what Slack is sent', async (name, episode, change) => {
  const message = messageOf(episode);
  const order = madeOrder({ message, ...(change ? { act: 'reply' as const, change } : {}) });
  const again = episode.number > 1 ? { before } : {};
  const rendered = renderOrder({ ...order, ...again }, { workspace: 'https://example.slack.com/' });
  expect(slackFault('update', rendered)).toBeUndefined();
  const {
    text,
    blocks = [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }],
    attachments,
  } = rendered;
  const shown = attachments ? { blocks, attachments } : { blocks };
  await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot(join(folder, `${name}.json`));
});
