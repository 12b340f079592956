import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { figureOver } from '../../src/cli/backtest-text.ts';
import { progressBar } from '../../src/cli/progress-bar.ts';
import { openPipeline, rateLow } from '../pipeline/open-pipeline.ts';
import { day, hour } from '../pipeline/open-store.ts';
import { openLedgerFile } from './open-ledger-file.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const secrets = [{ env: 'NOT_SET' }];
const startsAt = Date.parse('2026-03-02T08:00:00Z');

const rulesFile = (...rules: object[]) =>
  temporaryFile(
    'rules.json',
    JSON.stringify({
      sources: { 'inbox-check': { type: 'inbox-check', secrets } },
      destinations: {
        chat: { type: 'slack', channel: 'C0123456789' },
        'on-call': { type: 'pagerduty', routingKey: { env: 'PD_KEY' } },
      },
      rules,
    }),
  );

/** A ledger that is a week old, with an incident on each of the first three days, and the command line beside it. */
async function openWeek() {
  const store = await openLedgerFile(startsAt);
  const pipeline = await openPipeline({ store });
  for (const inboxRate of [0.5, 0.75, 0.65]) {
    await pipeline.hear({ inboxRate });
    store.advance(hour);
    await pipeline.hear({ inboxRate: 0.95 });
    store.advance(day - hour);
  }
  await pipeline.hear({ source: 'former' });
  store.advance(4 * day);
  // The command line goes by the clock of the machine.
  vi.useFakeTimers({ now: store.now(), toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const inForce = await rulesFile({ ...rateLow, to: ['chat', 'on-call'] });
  const variables = { TOCSIN_DATA: store.path, TOCSIN_RULES: inForce };
  return { path: store.path, inForce, backtest: (...args: string[]) => runCli(['backtest', ...args], variables) };
}

const lower = { ...rateLow, when: { inboxRate: { $lt: 0.7 } }, to: ['chat', 'on-call'] };

describe('backtest', () => {
  test('of the rules in force says what they come to', async () => {
    const { backtest, inForce } = await openWeek();
    const { code, out, err } = await backtest();
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      '7 deliveries, received 2026-03-02 08:00:00Z to 2026-03-09 08:00:00Z (7 d)',
      'Nothing older is kept: that is less than the 30 d that were asked for.',
      'Not heard, since the file has no such source: former (1)',
      '',
      `${inForce}:`,
      '',
      'rule            destination  messages  a day  a week  pages  a day  a week',
      'inbox-rate-low  on-call             0    0.0     0.0      3    0.4     3.0',
      'inbox-rate-low  chat                3    0.4     3.0      0    0.0     0.0',
      'in all                              3    0.4     3.0      3    0.4     3.0',
      '',
      'The noisiest keys:',
      '  key                         messages  pages',
      '  placement:news.example.com         3      3',
      '',
    ]);
  });

  test('of other rules says what is new and what is gone', async () => {
    const { backtest } = await openWeek();
    const { code, out } = await backtest(
      '--rules',
      await rulesFile(lower, { ...rateLow, id: 'idle', when: { inboxRate: { $lt: 0.1 } }, to: ['chat'] }),
    );
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines).toContain(
      'in all                              2    0.3     2.0      2    0.3     2.0                   3     3.0      3     3.0',
    );
    expect(lines).toContain('Nothing would have been told by idle');
    expect(lines).toContain('New: nothing that the rules in force do not tell');
    const gone = lines.indexOf('Gone, that the rules in force tell: 1 message and 1 page:');
    expect(lines.slice(gone + 1, gone + 4)).toEqual([
      '  at                    what     destination  rule            key                         title',
      expect.stringMatching(
        /^ {2}2026-03-03 08:00:00Z {2}(message|page ) +(chat|on-call) .* inbox rate 75\.0% \(below 80\.0%\)$/,
      ),
      expect.stringContaining('2026-03-03 08:00:00Z'),
    ]);
  });

  test('given the file in force compares it with nothing', async () => {
    const { backtest, inForce } = await openWeek();
    expect((await backtest('--rules', inForce)).out).not.toContain('in force');
  });

  test('without rules in force compares with nothing, and says so', async () => {
    const { inForce, path } = await openWeek();
    const variables = { TOCSIN_DATA: path, TOCSIN_RULES: '/nowhere.json' };
    const { code, out, err } = await runCli(['backtest', '--rules', inForce], variables);
    expect([code, err]).toEqual([0, '(there are no rules in force at /nowhere.json: nothing to compare with)\n']);
    expect(out).toContain('inbox-rate-low');
  });

  test('looks back as far as it is told', async () => {
    const { backtest } = await openWeek();
    expect((await backtest('--since', '5d')).out).toMatch(/^3 deliveries, .* \(5 d\)\nNot heard/);
  });

  test('fails where there would be more pages a week than allowed', async () => {
    const { backtest } = await openWeek();
    expect((await backtest('--max-pages-per-week', '3')).code).toBe(0);
    const { code, out, err } = await backtest('--max-pages-per-week', '2.5');
    expect([code, err]).toEqual([1, '3.0 pages a week: more than the 2.5 that --max-pages-per-week allows.\n']);
    expect(out).toContain('inbox-rate-low');
    const other = await backtest('--max-pages-per-week', '2.5', '--rules', await rulesFile(lower));
    expect(other.code).toBe(0);
  });

  test.each([
    [3, 2.5, '3.0'],
    [1.749_98, 1.7, '1.75'],
    [1.700_000_01, 1.7, '1.70000001'],
  ])('says of %d that it is more than %d', (figure, allowed, words) => {
    expect(figureOver(figure, allowed)).toBe(words);
  });

  test('judges nothing by nothing', async () => {
    const { backtest } = await openWeek();
    const { code, err } = await backtest('--max-pages-per-week', '3', '--since', '1h');
    expect([code, err]).toEqual([
      2,
      'Nothing was heard in that time: there is nothing to judge --max-pages-per-week by. Look further back with --since.\n',
    ]);
    expect((await backtest('--since', '1h')).code).toBe(0);
  });

  test('tells a key that is only called otherwise from what is new and gone', async () => {
    const { backtest } = await openWeek();
    const renamed = { ...rateLow, key: 'rate:{{ domain }}', to: ['chat', 'on-call'] };
    const { out } = await backtest('--rules', await rulesFile(renamed));
    expect(out).toContain('New: nothing that the rules in force do not tell');
    expect(out).toContain('Gone: nothing that the rules in force tell');
    expect(out).toContain(
      'Under another key, at the same moments and destinations: 3 messages and 3 pages, such as placement:news.example.com, now rate:news.example.com',
    );
    const json = JSON.parse((await backtest('--json', '--rules', await rulesFile(renamed))).out);
    expect(json.rekeyed).toHaveLength(6);
    expect(json.rekeyed[0]).toMatchObject({ before: 'placement:news.example.com', key: 'rate:news.example.com' });
    expect([json.new, json.gone]).toEqual([[], []]);
  });

  test('as JSON has the same', async () => {
    const { backtest, inForce } = await openWeek();
    const { out } = await backtest('--json', '--rules', await rulesFile(lower));
    expect(JSON.parse(out)).toMatchObject({
      heard: { from: '2026-03-02T08:00:00.000Z', isAll: false, deliveries: 7, unreadable: 0 },
      messages: { count: 2 },
      pages: { count: 2, aWeek: 2 },
      rows: [{ destination: 'on-call' }, { destination: 'chat' }],
      unknownSources: [{ source: 'former', deliveries: 1 }],
      flapping: [],
      inForce: { rules: inForce, pages: { count: 3 } },
      new: [],
      gone: [
        { destination: 'chat', at: '2026-03-03T08:00:00.000Z', endedAt: '2026-03-03T09:00:00.000Z', paged: false },
        { destination: 'on-call', paged: true },
      ],
    });
  });

  test.each([
    [['--since', 'yesterday'], '--since takes a duration'],
    [['--max-pages-per-week', 'few'], '--max-pages-per-week takes a number'],
    [['--rules', '/nowhere.json'], 'there is no such file'],
  ])('refuses %s', async (args, words) => {
    const { backtest } = await openWeek();
    const { code, out, err } = await backtest(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });
});

describe('the progress of a backtest', () => {
  function drawn(isTTY: boolean): string {
    let text = '';
    const bar = progressBar({ isTTY, write: (more: string) => (text += more) });
    bar.show(0.5, '1,000 deliveries');
    bar.end();
    return text;
  }

  test('is a bar on a terminal, gone at the end', () => {
    expect(drawn(true)).toBe(`\r[${'#'.repeat(15)}${'-'.repeat(15)}]  50 %  1,000 deliveries\x1b[K\r\x1b[K`);
  });

  test('is nothing where there is none', () => {
    expect(drawn(false)).toBe('');
  });
});
