import { describe, expect, test } from 'vitest';
import { openIncident } from '../pipeline/open-incident.ts';
import { openKept, refusedBy } from './open-kept.ts';

const hour = 3_600_000;
const reason = 'channel_not_found: there is no such channel, or the app is not in it';

/** An old one that was told, and two that were given up since: one for each destination. */
async function openTold() {
  const kept = await openKept();
  const { ledger, answer, advance } = kept;
  await openIncident(ledger, 'placement:a.example');
  const [told = ''] = await answer('chat');
  advance(24 * hour);
  await openIncident(ledger, 'placement:b.example', { to: ['chat'] });
  const [dead = ''] = await answer('chat', refusedBy(reason));
  advance(3 * hour);
  await openIncident(ledger, 'placement:c.example', { to: ['on-call'] });
  const [newest = ''] = await answer('on-call', refusedBy('400 invalid routing key'));
  advance(hour);
  /** Their ids, in order. */
  const listed = async (...args: string[]) => {
    const { code, out } = await kept.run('notifications', 'list', ...args, '--json');
    expect(code).toBe(0);
    return (JSON.parse(out).items as { id: string }[]).map((each) => each.id);
  };
  return { ...kept, told, dead, newest, listed };
}

describe('notifications list', () => {
  test('of nothing says so', async () => {
    const { run } = await openKept();
    expect((await run('notifications', 'list')).out).toBe('There are no such notifications.\n');
    expect((await run('notifications', 'list', '--dead')).out).toBe('Nothing is dead.\n');
  });

  test('has the newest first, with the reason of death', async () => {
    const { run, told, dead, newest } = await openTold();
    const { out } = await run('notifications', 'list');
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['owed since', 'state', 'destination', 'id', 'about', 'why'],
      ['2026-03-03 11:00:00Z', 'dead', 'on-call', newest, 'placement:c.example #1', '400 invalid routing key'],
      ['2026-03-03 08:00:00Z', 'dead', 'chat', dead, 'placement:b.example #1', reason],
      ['2026-03-02 08:00:00Z', 'settled', 'chat', told, 'placement:a.example #1'],
      [''],
    ]);
  });

  test.each([
    [[], ['newest', 'dead', 'told']],
    [['--dead'], ['newest', 'dead']],
    [
      ['--state', 'dead'],
      ['newest', 'dead'],
    ],
    [['--state', 'settled'], ['told']],
    [['--state', 'waiting'], []],
    [
      ['--destination', 'chat'],
      ['dead', 'told'],
    ],
    [['--destination', 'chat', '--dead'], ['dead']],
    [['--dead', '--since', '2h'], ['newest']],
    [['--since', '2h'], ['newest']],
    [
      ['--since', '5h'],
      ['newest', 'dead'],
    ],
    [['--since', '99d', '--state', 'settled'], ['told']],
  ])('with %j has %j', async (args, names) => {
    const kept = await openTold();
    expect(await kept.listed(...args)).toEqual(names.map((name) => kept[name as 'told' | 'dead' | 'newest']));
  });

  test('goes on page by page, whatever is left out in between', async () => {
    const { run, told, newest, dead } = await openTold();
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const more = after === undefined ? [] : ['--after', after];
      const { out } = await run('notifications', 'list', '--limit', '1', '--json', ...more);
      const page = JSON.parse(out);
      ids.push(...page.items.map((each: { id: string }) => each.id));
      after = page.next;
    } while (after !== undefined);
    expect(ids).toEqual([newest, dead, told]);
    expect((await run('notifications', 'list', '--limit', '1')).out).toMatch(/\(more: --after \S+\)/);
  });

  test('finds what is owed anew of what was first told long ago', async () => {
    const { run, told, listed } = await openTold();
    await run('incidents', 'resolve', 'placement:a.example', '--by', 'me');
    expect(await listed('--since', '10m')).toEqual([told]);
  });

  test.each([
    [['--dead', '--state', 'due'], '--dead and --state due leave nothing'],
    [['--state', 'gone'], 'Allowed choices are due, waiting, settled, dead'],
    [['--since', 'yesterday'], '--since takes a duration such as 90s, 2h or 1h30m, not "yesterday"'],
    [['--limit', '0'], 'Give a number from 1 to 1000'],
  ])('with %j exits with 2 and says why', async (args, words) => {
    const { run } = await openKept();
    const { code, out, err } = await run('notifications', 'list', ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });
});

describe('notifications show', () => {
  test('has the attempts, why it is dead, and what it is about', async () => {
    const { run, dead } = await openTold();
    expect(await run('notifications', 'show', dead)).toEqual({
      code: 0,
      out: [
        `${dead}: chat about placement:b.example #1`,
        `  dead: ${reason}`,
        '  nothing was told there',
        '  episode #1 (error), 2026-03-03 08:00:00Z',
        '    news.example.com: inbox rate 50.0% (below 80.0%)',
        `  1. 2026-03-03 08:00:00Z open refused: ${reason}`,
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('has what stands at the destination, and that more is owed', async () => {
    const { run, told } = await openTold();
    expect((await run('notifications', 'show', told)).out).toContain('  settled\n  told there (C1/1.1)\n');
    await run('incidents', 'resolve', 'placement:a.example', '--by', 'me');
    const { out } = await run('notifications', 'show', told);
    expect(out).toContain('  due\n  owed since 2026-03-03 12:00:00Z, due now\n  told there (C1/1.1)\n');
    expect(out).toContain('    ended 2026-03-03 12:00:00Z: resolved by me');
  });

  test('names the silence that holds it back, and when it is looked at again', async () => {
    const { run, ledger, answer } = await openTold();
    await openIncident(ledger, 'placement:d.example');
    await ledger.keepSilence({ id: 'abc', filter: { key: 'd' }, by: 'me', comment: 'moving house', forMs: hour });
    const held = 'silence abc of me (moving house) until 2026-03-03 13:00:00Z';
    const [id = ''] = await answer('chat', {
      outcome: { act: 'wait', result: 'none', reason: held },
      next: { state: 'waiting', for: 'silence:abc', afterMs: 600_000 },
    });
    const { out } = await run('notifications', 'show', id);
    expect(out).toContain('looked at again at 2026-03-03 12:10:00Z at the latest\n');
    expect(out).toContain(`  1. 2026-03-03 12:00:00Z wait: ${held}\n`);
  });

  test('as JSON has all of it', async () => {
    const { run, dead } = await openTold();
    expect(JSON.parse((await run('notifications', 'show', dead, '--json')).out)).toMatchObject({
      id: dead,
      state: 'dead',
      reason,
      owedSince: '2026-03-03T08:00:00.000Z',
      attempts: [{ number: 1, result: 'refused', reason }],
      episode: { key: 'placement:b.example', severity: 'error' },
    });
  });

  test('of an id that nobody has exits with 1', async () => {
    const { run } = await openKept();
    const { code, out, err } = await run('notifications', 'show', 'none');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('There is no notification "none"');
  });
});
