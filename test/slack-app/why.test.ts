import { expect, test } from 'vitest';
import type { Episode, Incident } from '../../src/domain/incident/incident.ts';
import { nothingTold } from '../../src/domain/telling/notification.ts';
import type { Silence } from '../../src/domain/telling/silence.ts';
import type { Attempt, NotificationHistory } from '../../src/ledger/history.ts';
import type { WhyLedger } from '../../src/slack-app/why.ts';
import { whyText } from '../../src/slack-app/why.ts';
import { anEpisode } from '../domain/episodes.ts';
import { anEvent } from '../domain/events.ts';

const now = Date.parse('2026-03-02T09:00:00Z');
const hour = 3_600_000;

const told = (changes: Partial<NotificationHistory> = {}): NotificationHistory => ({
  id: '0123456789abcdef01234567',
  key: 'placement:news.example.com',
  number: 1,
  address: 'slack:C1',
  destination: 'chat',
  state: 'settled',
  owedRevision: 1,
  owedSince: 0,
  dueAt: 0,
  told: { ...nothingTold, opened: 'yes' },
  failures: 0,
  attempts: [],
  ...changes,
});

const silence = (changes: Partial<Silence>): Silence => ({
  id: 's1',
  filter: { key: { $glob: 'placement:*' } },
  startsAt: now - hour,
  endsAt: now + hour,
  by: 'bob (Slack)',
  comment: 'x',
  createdAt: 0,
  ...changes,
});

type Known = { episode?: Episode; notifications?: NotificationHistory[]; silences?: Silence[] };

/** What is said of it, with its moments shortened. */
async function why({ episode = anEpisode(), notifications = [], silences = [] }: Known): Promise<string> {
  const incident = { key: episode.key } as Incident;
  const ledger: WhyLedger = {
    findIncident: async () => ({ incident, episodes: [episode], notifications }),
    findDeliveries: async () => [],
    listIncidents: async () => ({ items: [] }),
    listSilences: async () => silences,
    now: async () => now,
  };
  return whyText(ledger, { key: episode.key });
}

const inWords = async (known: Known) =>
  (await why(known))
    .split('```')[0]
    ?.replace(/<!date[^|]*\|([^>]*)>/g, '$1')
    .split('\n')
    .slice(2, -1);

test('it is said in words who has it, who was told, and whether all know what is so', async () => {
  const acknowledged = { by: 'ada (Slack)', at: now };
  const notifications = [told(), told({ destination: 'pager' })];
  expect((await inWords({ episode: anEpisode({ acknowledged }), notifications }))?.slice(1)).toEqual([
    '*In hand:* ada (Slack), since 2026-03-02 09:00 UTC',
    '*Told:* chat, pager: all of them up to date',
  ]);
});

test('it is said in words who is not up to date, and why', async () => {
  const notifications = [
    told(),
    told({ destination: 'late', state: 'due', reason: 'rate limited' }),
    told({ destination: 'new', state: 'waiting', told: nothingTold }),
    told({ destination: 'gone', state: 'dead', reason: 'is_archived' }),
    told({ destination: 'spared', told: nothingTold }),
  ];
  expect(await inWords({ notifications })).toContain(
    '*Told:* chat (up to date), late (not up to date yet: rate limited), new (not told yet), ' +
      'gone (could not be told: is_archived), spared (nothing was told there)',
  );
  expect(await inWords({})).toContain('*Told:* nobody');
});

test('it is said in words what holds it back', async () => {
  const snoozed = { by: 'ada (Slack)', at: now, until: now + 2 * hour };
  const until = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const line = '*Held back:* nothing new rings about it:';
  expect((await inWords({ episode: anEpisode({ snoozed }), silences: [silence({})] }))?.at(-1)).toBe(
    `${line} snoozed by ada (Slack) until ${until(now + 2 * hour)}`,
  );
  expect((await inWords({ silences: [silence({})] }))?.at(-1)).toBe(
    `${line} silence s1 by bob (Slack) until ${until(now + hour)}`,
  );
  expect((await inWords({ silences: [silence({ startsAt: now + 1, endsAt: now + 2 })] }))?.at(-1)).toMatch(/^\*Told/);
});

test('an end needs nobody, and a notice has none who has it', async () => {
  const end = { at: now, why: 'by-hand' as const, by: 'ada (Slack)' };
  const over = await inWords({ episode: anEpisode({ end }), silences: [silence({})] });
  expect(over?.map((each) => each.split(' ')[0])).toEqual(['*What', '*Told:*']);
  expect(over?.[0]).toMatch(/^\*What was wrong:\* /);
  expect((await inWords({ episode: anEpisode({ kind: 'notice' }) }))?.[0]).toMatch(/^\*What it is about:\* /);
});

test('however much there is to say, it fits into a message', async () => {
  const long = '&<>'.repeat(400);
  const tripped = Array.from({ length: 20 }, () => ({ path: long, op: '$eq', expected: long, actual: long }));
  const attempts = Array.from({ length: 20 }, (_, i): Attempt => {
    return { number: i, startedAt: now, act: 'open', result: 'retry', reason: long };
  });
  const notifications = Array.from({ length: 30 }, (_, i) =>
    told({ destination: `${i}${long}`, state: 'due', reason: long, attempts }),
  );
  const episode = anEpisode({
    key: long.slice(0, 255),
    said: { rule: long, event: anEvent({ source: long }), tripped, rendered: { title: long } },
    acknowledged: { by: long, at: now },
    snoozed: { by: long, at: now, until: now + hour },
  });
  for (const end of [undefined, { at: now, why: 'by-hand' as const, by: long }]) {
    const text = await why({ episode: { ...episode, ...(end ? { end } : {}) }, notifications });
    expect(text.length).toBeLessThan(4_000);
    expect(text).toContain('*What ');
    expect(text).toContain('*Told:*');
    expect(text.includes('*Held back:*')).toBe(!end);
  }
});
