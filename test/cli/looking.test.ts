import { describe, expect, test } from 'vitest';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { madeDestination } from '../pipeline/made-destination.ts';
import { key, openPipeline } from '../pipeline/open-pipeline.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

/** A ledger in a file, what happened in it, and the command line beside it. */
async function openLooked() {
  const path = await temporaryFile('ledger.db');
  let now = Date.parse('2026-03-02T08:00:00Z');
  const clock = () => now;
  const store = {
    open: async () => openSqliteLedger({ path, clock, backlogLimit: 100, serving: false, busyTimeoutMs: 1_000 }),
    now: clock,
    advance(ms: number) {
      now += ms;
    },
  };
  const chat = madeDestination();
  const throwing = {
    ...inboxCheck,
    normalise(delivery: Parameters<typeof inboxCheck.normalise>[0]) {
      if (delivery.source === 'broken') throw new Error('cannot read this');
      return inboxCheck.normalise(delivery);
    },
  };
  const sources = { 'inbox-check': throwing, broken: throwing };
  const pipeline = await openPipeline({ store, destinations: [chat], sources });
  async function happens(heard: Parameters<typeof pipeline.hear>[0]): Promise<void> {
    store.advance(1_000);
    await pipeline.hear(heard);
    await pipeline.route();
    await pipeline.tell();
  }
  return { ...pipeline, chat, happens, look: (...args: string[]) => runCli(args, { TOCSIN_DATA: path }) };
}

describe('deliveries list', () => {
  test('of nothing says so', async () => {
    const { look } = await openLooked();
    expect(await look('deliveries', 'list')).toEqual({ code: 0, out: 'There are no such deliveries.\n', err: '' });
    expect((await look('deliveries', 'list', '--refused')).out).toBe('No request was refused.\n');
  });

  test.each(['deliveries', 'incidents', 'notifications'])(
    '%s list goes on after no page that never was',
    async (of) => {
      const { look } = await openLooked();
      const { code, err } = await look(of, 'list', '--after', 'yesterday');
      expect([code, err]).toEqual([2, expect.stringContaining('Give what the page before printed last')]);
    },
  );

  test('has the newest first, in columns, and goes on page by page', async () => {
    const { look, happens } = await openLooked();
    for (const id of ['dlv_1', 'dlv_2', 'dlv_3']) await happens({ id });
    const first = await look('deliveries', 'list', '--limit', '2');
    expect(first.out.split('\n').slice(0, 3)).toEqual([
      'received              source       type            state   id',
      '2026-03-02 08:00:03Z  inbox-check  test.completed  routed  dlv_3',
      '2026-03-02 08:00:02Z  inbox-check  test.completed  routed  dlv_2',
    ]);
    const after = /\(more: --after (\S+)\)/.exec(first.out)?.[1] ?? '';
    const second = await look('deliveries', 'list', '--limit', '2', '--after', after, '--json');
    expect(JSON.parse(second.out)).toMatchObject({ items: [{ id: 'dlv_1', receivedAt: '2026-03-02T08:00:01.000Z' }] });
    expect(JSON.parse(second.out)).not.toHaveProperty('next');
  });

  test('shows dead letters, or one source, alone', async () => {
    const { look, happens, hear, route, store } = await openLooked();
    await happens({ id: 'dlv_1' });
    await hear({ id: 'dlv_bad', source: 'broken' });
    for (let i = 0; i < 5; i += 1) {
      await route();
      store.advance(60_000);
    }
    const dead = await look('deliveries', 'list', '--dead');
    expect(dead.out).toContain('dlv_bad');
    expect(dead.out).not.toContain('dlv_1');
    expect((await look('deliveries', 'list', '--source', 'inbox-check')).out).not.toContain('dlv_bad');
    const shown = await look('deliveries', 'show', 'dlv_bad');
    expect(shown.out).toContain('dead: cannot read this');
    expect(shown.out).toContain('routing failed: cannot read this');
  });

  test('goes on nowhere after what is no page', async () => {
    const { look, happens } = await openLooked();
    await happens({ id: 'dlv_1' });
    for (const list of ['deliveries', 'incidents']) {
      const { code, err } = await look(list, 'list', '--after', 'nonsense');
      expect([0, 2]).toContain(code);
      expect(err).not.toContain('    at ');
    }
  });

  test('cannot work the terminal, whatever a sender put into an id', async () => {
    const { look, hear, route } = await openLooked();
    await hear({ id: 'dlv_\u009b31m' });
    await route();
    const { out } = await look('deliveries', 'list');
    expect(out).toContain('dlv_\\u009b31m');
  });
});

describe('deliveries show', () => {
  test('has each rule with its verdict and the values it saw, and what followed', async () => {
    const { look, happens } = await openLooked();
    await happens({ id: 'dlv_1' });
    const { code, out } = await look('deliveries', 'show', 'dlv_1');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(
        /^dlv_1 {2}test\.completed {2}from inbox-check, received 2026-03-02 08:00:01Z, \d+ bytes: routed$/,
      ),
      '  rule inbox-rate-low: match, fires',
      `      key    ${key}`,
      '      when   inboxRate  $lt 0.8    is 0.5  match',
      '      clear  inboxRate  $gte 0.85  is 0.5  no-match',
      `  incident ${key} #1: opened`,
      `  owed: open to chat, about ${key}`,
      `  told of ${key} #1:`,
      expect.stringMatching(/^ {4}chat: settled {2}\[\w{24}\]$/),
      '      1. 2026-03-02 08:00:01Z open told',
      '',
    ]);
  });

  test('of a clear says under which other keys its rule stays open', async () => {
    const { look, happens } = await openLooked();
    await happens({ domain: 'open.example.com' });
    await happens({ id: 'dlv_fine', domain: 'fine.example.com', inboxRate: 0.9 });
    expect((await look('deliveries', 'show', 'dlv_fine')).out).toContain(
      '      open   under other keys: placement:open.example.com (a clear ends only what has its own key)',
    );
    expect(JSON.parse((await look('deliveries', 'show', 'dlv_fine', '--json')).out)).toMatchObject({
      openUnder: { 'inbox-rate-low': ['placement:open.example.com'] },
    });
    await happens({ id: 'dlv_over', domain: 'open.example.com', inboxRate: 0.9 });
    expect((await look('deliveries', 'show', 'dlv_over')).out).not.toContain('other keys');
  });

  test('as JSON has the body too', async () => {
    const { look, happens } = await openLooked();
    await happens({ id: 'dlv_1' });
    const shown = JSON.parse((await look('deliveries', 'show', 'dlv_1', '--json')).out);
    expect(shown).toMatchObject({ id: 'dlv_1', state: 'routed', trace: { rules: [{ verdict: 'match' }] } });
    expect(JSON.parse(shown.body)).toMatchObject({ deliveryId: 'dlv_1' });
    const attempts = [{ number: 1, act: 'open', result: 'told' }];
    expect(shown.notifications).toMatchObject([{ key, number: 1, destination: 'chat', state: 'settled', attempts }]);
  });

  test('has what each destination answered, of its own episode alone', async () => {
    const { look, happens, chat } = await openLooked();
    await happens({ id: 'dlv_1' });
    await happens({ id: 'dlv_2', inboxRate: 0.9 });
    chat.answerNext({ kind: 'refused', reason: 'channel_not_found' });
    await happens({ id: 'dlv_3' });
    const { out } = await look('deliveries', 'show', 'dlv_3');
    expect(out).toContain(`  told of ${key} #2:\n    chat: dead (channel_not_found)`);
    expect(out).toContain('      1. 2026-03-02 08:00:03Z open refused: channel_not_found\n');
    expect(out).not.toContain('#1:');
  });

  test('names the silence that holds something back', async () => {
    const { look, happens, ledger } = await openLooked();
    const silence = { id: 'abc', filter: { key }, by: 'me', comment: 'moving house', forMs: 3_600_000 };
    await ledger.keepSilence(silence);
    await happens({ id: 'dlv_1' });
    expect((await look('deliveries', 'show', 'dlv_1')).out).toMatch(
      /chat: waiting.*\n {6}1\. .* wait: .*\babc\b.*\bme\b/,
    );
  });

  test('of an id that nobody sent exits with 1', async () => {
    const { look } = await openLooked();
    const { code, out, err } = await look('deliveries', 'show', 'dlv_none');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('There is no delivery "dlv_none"');
  });
});

describe('incidents', () => {
  test('list has the last changed first; those that never opened only when asked for', async () => {
    const { look, happens } = await openLooked();
    await happens({ domain: 'over.example.com' });
    await happens({ domain: 'over.example.com', inboxRate: 0.9 });
    await happens({ domain: 'open.example.com' });
    await happens({ domain: 'fine.example.com', inboxRate: 0.9 });
    const { out } = await look('incidents', 'list');
    expect(out.split('\n')).toEqual([
      'state     severity  episode  opened                ended                 key',
      'open      error     #1       2026-03-02 08:00:03Z  -                     placement:open.example.com',
      'resolved  error     #1       2026-03-02 08:00:01Z  2026-03-02 08:00:02Z  placement:over.example.com',
      '',
    ]);
    expect((await look('incidents', 'list', '--all')).out).toMatch(/^quiet .* placement:fine\.example\.com$/m);
    expect((await look('incidents', 'list', '--open')).out).not.toContain('over.example.com');
    expect(JSON.parse((await look('incidents', 'list', '--limit', '1', '--json')).out)).toMatchObject({
      items: [{ key: 'placement:open.example.com', state: 'open', told: ['chat'] }],
      next: expect.any(String),
    });
  });

  test('show has the episodes, and who was told what by each attempt', async () => {
    const { look, happens, chat, store, tell } = await openLooked();
    chat.answerNext({ kind: 'retry', reason: 'Slack is down' });
    await happens({ id: 'dlv_1' });
    store.advance(60_000);
    await tell();
    await happens({ inboxRate: 0.9 });
    const { code, out } = await look('incidents', 'show', key);
    expect(code).toBe(0);
    expect(out).toContain(`${key}: resolved\n`);
    expect(out).toContain(
      'episode #1 (error), 2026-03-02 08:00:01Z, ended 2026-03-02 08:01:02Z: recovered: inbox rate 90.0%',
    );
    expect(out).toMatch(/chat: settled {2}\[\w{24}\]/);
    expect(out).toMatch(
      /1\. 2026-03-02 08:00:01Z open retry: Slack is down\n.*2\. .* open told\n.*3\. .* resolve told/,
    );
  });

  test('show of a key that nobody has exits with 1', async () => {
    const { look } = await openLooked();
    expect(await look('incidents', 'show', 'none')).toMatchObject({ code: 1, out: '' });
  });
});
