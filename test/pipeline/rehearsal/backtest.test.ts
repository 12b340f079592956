import { describe, expect, test } from 'vitest';
import { traitsByType } from '../../../src/compose.ts';
import { stageOf } from '../../../src/compose-rehearsal.ts';
import { parseRules } from '../../../src/config/load-rules.ts';
import { backtest } from '../../../src/pipeline/rehearsal/backtest.ts';
import { figuresOf, onlyIn } from '../../../src/pipeline/rehearsal/backtest-figures.ts';
import { inboxCheck } from '../../../src/sources/inbox-check.ts';
import { reachscore } from '../../../src/sources/reachscore.ts';
import { key, openPipeline, rateLow } from '../open-pipeline.ts';
import type { Engine } from '../open-store.ts';
import { day, engines, hour, minute, openStore } from '../open-store.ts';

const secrets = [{ env: 'NOT_SET' }];

/** A rules file, as it is played. */
function stage(rules: object[], sources: object = {}) {
  const file = {
    sources: {
      'inbox-check': { type: 'inbox-check', secrets },
      reachscore: { type: 'reachscore', secrets },
      ...sources,
    },
    destinations: {
      chat: { type: 'slack', channel: 'C0123456789' },
      hook: { type: 'slack-webhook', url: { env: 'HOOK' } },
      'on-call': { type: 'pagerduty', routingKey: { env: 'PD_KEY' } },
    },
    rules,
  };
  const loaded = parseRules(JSON.stringify(file), traitsByType);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return stageOf(loaded.config);
}

/** A ledger and what it received; `play` runs rules files over it. */
async function openHistory(engine: Engine = 'SQLite') {
  const store = await openStore(engine);
  const pipeline = await openPipeline({ store });
  /** Placement tests an hour apart, with these inbox rates. */
  async function rates(...values: number[]): Promise<void> {
    for (const inboxRate of values) {
      store.advance(hour);
      await pipeline.hear({ inboxRate });
    }
  }
  async function play(...stages: ReturnType<typeof stage>[]) {
    const { ledger } = pipeline;
    const { heard, played } = await backtest({ ledger, sinceMs: 30 * day, stages, onProgress: () => {} });
    return { heard, played, figures: played.map((each) => figuresOf(each, heard)) };
  }
  async function figures(...rules: object[]) {
    const [only] = (await play(stage(rules))).figures;
    if (!only) throw new Error('nothing was played');
    return only;
  }
  return { ...pipeline, rates, play, figures };
}

const bad = 0.5;
const fine = 0.95;

describe.each(engines)('a backtest over what is kept on %s', (engine) => {
  test('counts what would have been told, by rule and destination', async () => {
    const { rates, figures } = await openHistory(engine);
    await rates(bad, fine, bad, 0.4, fine);
    const { rows, pages, messages } = await figures({ ...rateLow, to: ['chat', 'on-call'] });
    expect(rows.map((row) => [row.rule, row.destination, row.messages.count, row.pages.count])).toEqual([
      ['inbox-rate-low', 'on-call', 0, 2],
      ['inbox-rate-low', 'chat', 2, 0],
    ]);
    expect([messages.count, pages.count]).toEqual([2, 2]);
  });

  test('writes nothing', async () => {
    const { rates, figures, ledger, store } = await openHistory(engine);
    await rates(bad, fine);
    store.advance(hour);
    const kept = async () => [
      await ledger.backlog(),
      await ledger.listDeliveries({ limit: 9 }),
      await ledger.wakeable(9),
    ];
    const before = await kept();
    await figures(rateLow);
    expect(await kept()).toEqual(before);
  });
});

describe('a backtest', () => {
  test('takes for a message what is new in a channel: no edit, no reply; where nothing can be edited, the end too', async () => {
    const { rates, figures } = await openHistory();
    await rates(bad, 0.4, 0.3, fine);
    const { rows } = await figures({ ...rateLow, to: ['chat', 'hook'] });
    expect(rows.map((row) => [row.destination, row.messages.count])).toEqual([
      ['hook', 2],
      ['chat', 1],
    ]);
  });

  test('tells of the rule that sends there, of several that share a key', async () => {
    const { rates, figures } = await openHistory();
    await rates(0.4);
    const worse = { ...rateLow, id: 'very-low', severity: 'critical', to: ['on-call'] };
    const sending = await figures({ ...rateLow, to: ['chat'] }, worse);
    expect(sending.rows.map(({ rule, destination }) => [rule, destination])).toEqual([
      ['very-low', 'on-call'],
      ['inbox-rate-low', 'chat'],
    ]);
  });

  test('gives what it is in a day and a week of the time that is kept', async () => {
    const { rates, store, figures, play } = await openHistory();
    await rates(bad, fine);
    store.advance(14 * day - hour);
    const { messages } = await figures({ ...rateLow, to: ['chat'] });
    expect(messages).toEqual({ count: 1, aDay: 1 / 14, aWeek: 0.5 });
    const { heard } = await play(stage([{ ...rateLow, to: ['chat'] }]));
    expect(heard).toMatchObject({ deliveries: 2, isAll: false, until: store.now(), from: store.now() - 14 * day });
  });

  test('says of a window whose beginning is kept that it is all', async () => {
    const { rates, store, play } = await openHistory();
    await rates(bad);
    store.advance(31 * day);
    await rates(fine);
    const { heard } = await play(stage([{ ...rateLow, to: ['chat'] }]));
    expect(heard).toMatchObject({ deliveries: 1, isAll: true, from: store.now() - 30 * day });
  });

  test('of a history of hours makes no more of it than of a day', async () => {
    const { rates, figures } = await openHistory();
    await rates(bad, fine, bad);
    expect((await figures({ ...rateLow, to: ['chat'] })).messages).toEqual({ count: 2, aDay: 2, aWeek: 14 });
  });

  test('lets time pass: quiet ends what nothing else does, but not while nobody listened', async () => {
    const { ledger, store, hearEvent, play } = await openHistory();
    const monitor = { id: 'm', on: ['monitor.alert'], key: 'm', resolveAfter: '6h', to: ['chat'] };
    const opened = async () =>
      (await play(stage([monitor]))).played[0]?.tellings.map(({ at, endedAt }) => (endedAt ?? 0) - at);
    await hearEvent(inboxCheck, 'monitor.alert');
    store.advance(7 * hour);
    expect(await opened()).toEqual([6 * hour]);
    await ledger.heartbeat();
    await hearEvent(inboxCheck, 'monitor.alert');
    for (let listened = 0; listened < 7 * hour; listened += minute) {
      store.advance(minute);
      await ledger.heartbeat();
    }
    expect((await opened())?.at(-1)).toBe(6 * hour);
    await hearEvent(inboxCheck, 'monitor.alert');
    store.advance(7 * hour);
    expect((await opened())?.at(-1)).toBeLessThan(0);
  });

  test('counts what is of no source of the file, and what is no event', async () => {
    const { rates, hear, ledger, play } = await openHistory();
    await rates(bad);
    for (const id of ['a', 'b']) await hear({ id, source: 'former' });
    await ledger.bury({ source: 'inbox-check', body: Buffer.from('?'), digest: 'd', reason: 'the body is not JSON' });
    const { heard, figures } = await play(stage([{ ...rateLow, to: ['chat'] }]));
    expect(heard).toMatchObject({ deliveries: 4, unreadable: 1 });
    expect(figures[0]).toMatchObject({ unknownSources: [{ source: 'former', deliveries: 2 }], messages: { count: 1 } });
  });

  test('names what rings most, notices by their rule', async () => {
    const { hear, hearEvent, figures, store } = await openHistory();
    for (const domain of ['a.example', 'b.example', 'a.example']) {
      store.advance(hour);
      await hear({ domain, inboxRate: bad });
      await hear({ domain, inboxRate: fine, atMs: store.now() + 1 });
    }
    for (let i = 0; i < 3; i += 1) await hearEvent(reachscore, 'domain.verified');
    const notice = { id: 'verified', on: ['domain.verified'], lifecycle: 'notice', to: ['chat'] };
    expect((await figures({ ...rateLow, to: ['chat', 'on-call'] }, notice)).noisiest).toEqual([
      { key: 'placement:a.example', messages: 2, pages: 2 },
      { key: 'placement:b.example', messages: 1, pages: 1 },
      { key: 'notices of verified', messages: 3, pages: 0 },
    ]);
  });

  test('names keys that flap: opened again within a day more than twice', async () => {
    const { rates, store, figures } = await openHistory();
    const rule = { ...rateLow, to: ['chat'] };
    await rates(bad, fine, bad, fine, bad, fine);
    expect((await figures(rule)).flapping).toEqual([]);
    await rates(bad, fine);
    store.advance(2 * day);
    await rates(bad, fine);
    expect((await figures(rule)).flapping).toEqual([{ key, opened: 5, again: 3 }]);
  });

  test('tells nobody of a rule in shadow, and says what it would have opened', async () => {
    const { rates, figures } = await openHistory();
    await rates(bad, fine, bad);
    const { rows, shadow, messages } = await figures({ ...rateLow, to: ['chat'], mode: 'shadow' });
    expect([rows, messages.count]).toEqual([[], 0]);
    expect(shadow).toMatchObject([{ rule: 'inbox-rate-low', opened: { count: 2 } }]);
  });

  test('hears a source as each file has it', async () => {
    const { rates, play } = await openHistory();
    await rates(bad);
    const paging = { ...rateLow, to: ['on-call'] };
    const test = { domain: 'news.example.com' };
    const testing = { 'inbox-check': { type: 'inbox-check', secrets, test } };
    const { figures } = await play(stage([paging]), stage([paging], testing));
    expect(figures.map(({ pages }) => pages.count)).toEqual([1, 0]);
  });
});

describe('what one file tells and another does not', () => {
  async function differences(mine: object[], others: object[], ...values: number[]) {
    const { rates, play } = await openHistory();
    await rates(...values);
    const [a, b] = (await play(stage(mine), stage(others))).played;
    if (!a || !b) throw new Error('nothing was played');
    const told = (tellings: typeof a.tellings) => tellings.map(({ destination, title }) => `${destination} ${title}`);
    return { added: told(onlyIn(a, b)), gone: told(onlyIn(b, a)) };
  }
  const rule = { ...rateLow, to: ['chat'] };
  const at = (rate: string) => `chat news.example.com: inbox rate ${rate} (below 80.0%)`;

  test('is nothing of the same file', async () => {
    expect(await differences([rule], [rule], bad, fine, bad)).toEqual({ added: [], gone: [] });
  });

  test('is what opens below a lower threshold no more', async () => {
    const lower = { ...rule, when: { inboxRate: { $lt: 0.6 } } };
    expect(await differences([lower], [rule], 0.7, fine, 0.5)).toEqual({ added: [], gone: [at('70.0%')] });
  });

  test('is not what is told of the same trouble at another moment', async () => {
    const second = { ...rule, fireAfter: { count: 2 } };
    expect(await differences([second], [rule], bad, bad, fine, bad, fine)).toEqual({ added: [], gone: [at('50.0%')] });
  });

  test('is what is told somewhere else', async () => {
    const { added, gone } = await differences([{ ...rule, to: ['on-call'] }], [rule], bad);
    expect([added.map((each) => each.split(' ')[0]), gone.length]).toEqual([['on-call'], 1]);
  });
});
