import { spawnSync } from 'node:child_process';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { reachscore } from '../../src/sources/reachscore.ts';
import { key, openPipeline, rateLow } from '../pipeline/open-pipeline.ts';
import { hour } from '../pipeline/open-store.ts';
import { openLedgerFile } from './open-ledger-file.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const happenedAt = Date.parse('2026-03-02T08:00:00Z');
const secrets = [{ env: 'NOT_SET' }];
const file = {
  sources: {
    'inbox-check': { type: 'inbox-check', secrets, test: { domain: 'try.example.com' } },
    reachscore: { type: 'reachscore', secrets },
  },
  destinations: {
    chat: { type: 'slack', channel: 'C0123456789' },
    'on-call': { type: 'pagerduty', routingKey: { env: 'NOT_SET_EITHER' } },
  },
};

type Sent = { inboxRate?: number; domain?: string; atMs?: number; id?: string; data?: object };

/** What Inbox Check sends of a placement test. */
function bodyOf({ inboxRate = 0.81, domain = 'news.example.com', atMs = happenedAt, id = 'dlv_1', data }: Sent = {}) {
  const body = inboxCheck.fixture('test.completed', { id, atMs }) as { data: Record<string, object> };
  const summary = { ...body.data.summary, inboxRate };
  return JSON.stringify({ ...body, data: { ...body.data, senderDomain: domain, summary, ...data } });
}

/** Explains what was sent, by these rules; no ledger is there unless one is named. */
async function explained(
  rules: object[],
  sent: Sent | string = {},
  over: { args?: string[]; data?: string; owner?: string } = {},
) {
  const rulesFile = await temporaryFile('rules.json', JSON.stringify({ ...file, owner: over.owner, rules }));
  const payload = await temporaryFile('payload.json', typeof sent === 'string' ? sent : bodyOf(sent));
  const args = ['explain', payload, '--rules', rulesFile, '--source', 'inbox-check', ...(over.args ?? [])];
  return runCli(args, { TOCSIN_DATA: over.data ?? '/nowhere/that/can/be/read.db' });
}

describe('explain', () => {
  test('shows of each rule what it looked at, and what alone kept it from matching', async () => {
    const { code, out, err } = await explained([rateLow]);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'test.completed from inbox-check, about news.example.com, dlv_1, happened 2026-03-02 08:00:00Z',
      'As if it were the first thing that is heard, at that moment: --state looks at what stands.',
      '',
      '  rule inbox-rate-low: neither, kept',
      '      key    placement:news.example.com',
      '      when   inboxRate  $lt 0.8    is 0.81  no-match',
      '      clear  inboxRate  $gte 0.85  is 0.81  no-match',
      '      near   inboxRate 0.81, needs < 0.8: the only thing that kept it from matching',
      '      near   inboxRate 0.81, needs >= 0.85: the only thing that kept it from clearing',
      '',
      'Nobody would be told anything.',
      '',
    ]);
  });

  test('shows who would be told what, those together who would read the same', async () => {
    const { out } = await explained([{ ...rateLow, to: ['chat', 'on-call'] }], { inboxRate: 0.5 });
    expect(out).toContain('  rule inbox-rate-low: match, fires\n');
    expect(out).toContain(`  chat, on-call: something new, about ${key}\n`);
    expect(out).toContain('    | Error: news.example.com: inbox rate 50.0% (below 80.0%)\n');
    expect(out).not.toContain('Not told');
  });

  test("says it in the rule's own words, and why these fail", async () => {
    const message = { title: '{{ domain }} at {{ inboxRate | percent }}', text: '{{ domain | percent }}' };
    const { out } = await explained([{ ...rateLow, message }], { inboxRate: 0.5 });
    expect(out).toContain('    | Error: news.example.com at 50.0%\n');
    expect(out).toMatch(/^ {6}words {2}not its own: text: percent takes a number/m);
  });

  test('says of the rules that do not look at it why not', async () => {
    const { out } = await explained([
      { id: 'of-alerts', on: ['alert.*'], to: ['chat'], key: 'a' },
      { id: 'of-others', from: ['reachscore'], to: ['chat'], key: 'b', lifecycle: 'notice' },
      { ...rateLow, where: { domain: 'other.example.com' } },
    ]);
    expect(out).toContain('  not looking (it is of another type): of-alerts\n');
    expect(out).toContain('  not looking (it is from another source): of-others\n');
    expect(out).toContain('  rule inbox-rate-low: out-of-scope ("where" does not match)\n');
    expect(out).toMatch(/where +domain +\$eq "other.example.com" +is "news.example.com" +no-match/);
  });

  test('shows all of many rules when asked for, also those that an index would not ask', async () => {
    const many = Array.from({ length: 120 }, (_, i) => ({
      ...rateLow,
      id: `r${i}`,
      where: { domain: `d${i}.example.com` },
    }));
    const { out } = await explained([...many, rateLow], {}, { args: ['--all'] });
    expect(out.match(/out-of-scope/g)).toHaveLength(120);
    expect(out).not.toContain('too large');
  });

  test.each([
    ['a rule that counts', { fireAfter: { count: 2 } }, {}, 'chat by inbox-rate-low: kept: match 1 of 2 needed'],
    ['a rule in shadow', { mode: 'shadow' }, {}, 'chat by inbox-rate-low: shadow: would fire'],
    [
      'a test',
      { to: ['on-call'] },
      { domain: 'try.example.com' },
      'on-call by inbox-rate-low: a test reaches nobody who',
    ],
    [
      'what cannot be known',
      { when: { level: 'page' } },
      {},
      'chat by inbox-rate-low: level is missing (asked was $eq "page"); there is no owner to hear of it',
    ],
    [
      'what cannot be known, and is nobody’s trouble',
      { when: { level: 'page' }, onUnknown: 'ignore' },
      {},
      'chat by inbox-rate-low: level is missing (asked was $eq "page"); nobody hears of it',
    ],
    [
      'a comparison with too little',
      { baseline: { metric: 'inboxRate', dropAtLeast: 0.1 } },
      {},
      'chat by inbox-rate-low: "baseline" cannot be known: fewer than 5 earlier values',
    ],
  ])('says why %s tells nobody', async (_, over, sent, words) => {
    const { out } = await explained([{ ...rateLow, ...over }], { inboxRate: 0.5, ...sent });
    expect(out).toContain('Nobody would be told anything.\nNot told:\n');
    expect(out).toContain(`  ${words}`);
  });

  test('shows what the owner hears of what cannot be known', async () => {
    const rules = [{ ...rateLow, when: { level: 'page' } }];
    const { out } = await explained(rules, {}, { owner: 'chat' });
    expect(out).toMatch(/ {2}chat: a notice, about owner:unknown:.*\n {4}\| Notice: tocsin: .*level is missing/);
    expect(out).toContain('level is missing (asked was $eq "page"); the owner hears of it');
  });

  test('shows that a "where" cannot be known for what stands there, and who hears of it', async () => {
    const rules = [{ ...rateLow, where: { level: 'page' } }];
    const { out } = await explained(rules, { data: { severity: 5 } }, { owner: 'chat' });
    expect(out).toContain('rule inbox-rate-low: out-of-scope ("where" cannot be known)');
    expect(out).toContain(
      'chat by inbox-rate-low: level is missing (asked in "where" was $eq "page"); the owner hears',
    );
    const missing = await explained(rules, {}, { owner: 'chat' });
    expect(missing.out).not.toContain('Not told');
  });

  test('of very many rules shows those that say something, and how many others there are', async () => {
    const rules = Array.from({ length: 200 }, (_, i) => ({
      ...rateLow,
      id: `r${i}`,
      key: `k${i}`,
      when: { inboxRate: { $lt: i === 150 ? 0.9 : 0.1 } },
      clear: { inboxRate: { $gte: 0.99 } },
    }));
    const { out } = await explained(rules);
    expect(out.match(/^ {2}rule /gm)).toHaveLength(50);
    expect(out).toContain('rule r150: match');
    expect(out).toContain('  and 150 more rules, none of which matches or nearly does: --all shows them');
    expect((await explained(rules, {}, { args: ['--all'] })).out.match(/^ {2}rule /gm)).toHaveLength(200);
    expect(JSON.parse((await explained(rules, {}, { args: ['--json'] })).out).rules).toHaveLength(200);
  });

  test('takes what is piped in', async () => {
    const rules = await temporaryFile('rules.json', JSON.stringify({ ...file, rules: [rateLow] }));
    const args = ['src/main.ts', 'explain', '-', '--rules', rules, '--source', 'inbox-check'];
    const { status, stdout } = spawnSync(process.execPath, args, { input: bodyOf(), encoding: 'utf8' });
    expect([status, stdout.includes('rule inbox-rate-low: neither')]).toEqual([0, true]);
  });

  test('as JSON has the same', async () => {
    const { out } = await explained(
      [{ ...rateLow, to: ['chat', 'on-call'] }],
      { inboxRate: 0.5 },
      { args: ['--json'] },
    );
    expect(JSON.parse(out)).toMatchObject({
      event: { type: 'test.completed', inboxRate: 0.5 },
      test: false,
      receivedAt: '2026-03-02T08:00:00.000Z',
      state: false,
      rules: [{ rule: 'inbox-rate-low', verdict: 'match', key, effect: 'fires' }],
      incidents: [{ key, episode: 1, change: 'opened' }],
      told: [
        { destination: 'chat', what: 'open', key, message: { state: 'open', severity: 'error' } },
        { destination: 'on-call', what: 'open' },
      ],
      untold: [],
    });
    const near = JSON.parse((await explained([rateLow], {}, { args: ['--json'] })).out);
    expect(near.rules[0].near[0]).toContain('needs < 0.8');
  });
});

describe('explain refuses', () => {
  test.each([
    ['what is no JSON', '{"deliveryId":', 'This is no delivery of inbox-check: the body is not JSON'],
    ['a list', '[]', 'the body is not a JSON object'],
    ['a body without an id', '{"event":"test.completed"}', 'deliveryId is missing'],
    ['a body with a number for an id', '{"event":"test.completed","deliveryId":5}', 'deliveryId is not a text'],
    [
      'a body larger than the hook takes',
      bodyOf({ data: { html: 'x'.repeat(1_100_000) } }),
      /the hook takes at most 1048576 bytes, and these are 110\d{4} \(413\)/,
    ],
  ])('%s', async (_, payload, words) => {
    const { code, out, err } = await explained([rateLow], payload);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(words);
  });

  test('the body of another sender, and names it', async () => {
    const body = reachscore.fixture('alert.triggered', { id: 'evt_1', atMs: happenedAt });
    const { code, err } = await explained([rateLow], JSON.stringify(body));
    expect(code).toBe(2);
    expect(err).toContain('it looks like --source reachscore');
  });

  test('to guess who sends it, and says who there is', async () => {
    const rules = await temporaryFile('rules.json', JSON.stringify({ ...file, rules: [rateLow] }));
    const { code, err } = await runCli(['explain', await temporaryFile('p.json', bodyOf()), '--rules', rules]);
    expect(code).toBe(2);
    expect(err).toBe(`Say with --source who sends it: in ${rules} there are inbox-check, reachscore.\n`);
  });

  test('a source that is not in the file, with the nearest that is', async () => {
    const { code, err } = await explained([rateLow], {}, { args: ['--source', 'inbx-check'] });
    expect(code).toBe(2);
    expect(err).toContain('did you mean "inbox-check"?');
  });

  test('a file that is not there, and a rules file that cannot be used', async () => {
    const gone = await runCli(['explain', '/nowhere.json', '--source', 'inbox-check', '--rules', 'rules.example.json']);
    expect([gone.code, gone.err]).toEqual([2, 'There is no file /nowhere.json.\n']);
    const broken = await explained([{ ...rateLow, when: { inboxRate: { $less: 1 } } }]);
    expect(broken.code).toBe(2);
    expect(broken.err).toContain('there is no operator $less');
  });
});

describe('explain --state', () => {
  /** What happened before, in a ledger file; and what would happen next. */
  async function having(...before: (Sent & { minutes?: number })[]) {
    const store = await openLedgerFile(happenedAt);
    const pipeline = await openPipeline({ store, rules: [rateLow] });
    for (const sent of before) {
      store.advance(hour);
      await pipeline.hear({ domain: 'news.example.com', ...sent });
      await pipeline.route();
      await pipeline.tell();
    }
    vi.useFakeTimers({ now: store.now() + hour, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const next = (sent: Sent, rules: object[] = [rateLow]) =>
      explained(rules, { atMs: Date.now(), ...sent }, { args: ['--state'], data: store.path });
    return { ...pipeline, next };
  }

  test('knows what is open: a change, and not something new', async () => {
    const { next } = await having({ inboxRate: 0.5 });
    const { out } = await next({ inboxRate: 0.4 });
    expect(out).toContain('As if it were received now, 2026-03-02 10:00:00Z.');
    expect(out).toContain('rule inbox-rate-low: match, fires already');
    expect(out).toContain(`  chat: a change of what was told, about ${key}\n`);
  });

  test('shows how it would end', async () => {
    const { next } = await having({ inboxRate: 0.5 });
    const { out } = await next({ inboxRate: 0.9 });
    expect(out).toContain(`  chat: that it is over, about ${key}\n    | Resolved: `);
  });

  test('counts what was heard before', async () => {
    const counting = { ...rateLow, fireAfter: { count: 3, of: 5 } };
    const { next } = await having({ inboxRate: 0.9 }, { inboxRate: 0.9 });
    expect((await next({ inboxRate: 0.5 }, [counting])).out).toContain('kept: match 1 of 3 needed in the last 5');
  });

  test('says what comes late', async () => {
    const { next } = await having({ inboxRate: 0.5 }, { inboxRate: 0.9 });
    const { out } = await next({ inboxRate: 0.5, atMs: happenedAt + hour });
    expect(out).toContain('late: not newer than what ended in episode 1');
    expect(out).toContain('Nobody would be told anything.');
  });

  test('says what holds it back', async () => {
    const { ledger, next } = await having();
    await ledger.keepSilence({ id: 'abc', filter: { key }, by: 'cli:ops', comment: 'moving house', forMs: 9 * hour });
    expect((await next({ inboxRate: 0.5 })).out).toMatch(
      /chat: something new, about .*, held back: silence abc by cli:ops/,
    );
  });

  test('says that this very delivery was received already', async () => {
    const { next } = await having({ id: 'dlv_1', inboxRate: 0.5 });
    expect((await next({ inboxRate: 0.5 })).out).toContain(
      'It was received already, 2026-03-02 09:00:00Z: sent again it changes nothing.',
    );
  });

  test('says under which keys a rule stays open whose clear has another', async () => {
    const { ledger, next } = await having({ inboxRate: 0.5 });
    const { out } = await next({ inboxRate: 0.9, domain: 'other.example.com' });
    expect(out).toContain(`      open   under other keys: ${key} (a clear ends only what has its own key)`);
    expect((await ledger.listIncidents({ limit: 9 })).items.map((each) => each.key)).toEqual([key]);
  });

  test('writes nothing', async () => {
    const { ledger, next } = await having({ inboxRate: 0.5 });
    const kept = async () => JSON.stringify([await ledger.findIncident(key), await ledger.backlog()]);
    const before = await kept();
    await next({ inboxRate: 0.1, id: 'dlv_2' });
    expect(await kept()).toBe(before);
    expect(await ledger.findDeliveries('dlv_2')).toEqual([]);
  });
});
