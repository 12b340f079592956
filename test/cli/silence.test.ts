import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openIncident } from '../pipeline/open-incident.ts';
import { openKept } from './open-kept.ts';

const hour = 3_600_000;

beforeEach(() => void vi.stubEnv('TZ', 'UTC'));
afterEach(() => void vi.unstubAllEnvs());

async function openTwo() {
  const kept = await openKept();
  await openIncident(kept.ledger, 'placement:a.example', { domain: 'a.example' });
  await openIncident(kept.ledger, 'auth:b.example', { rule: 'auth', severity: 'critical', domain: 'b.example' });
  const inForce = async () => (await kept.ledger.claimNotifications({ token: 't', rooms: [], holding: [] })).silences;
  /** Adds one; what it is, and its output. */
  const add = async (...args: string[]) => {
    const { code, out } = await kept.run('silence', 'add', ...args, '--by', 'me', '--json');
    expect(code).toBe(0);
    return JSON.parse(out);
  };
  return { ...kept, inForce, add };
}

describe('silence add', () => {
  test('is in force at once, and says what it silences', async () => {
    const { run, inForce } = await openTwo();
    const { code, out, err } = await run('silence', 'add', '--key', 'placement:*', '--for', '2h', '--by', 'me');
    expect([code, err]).toEqual([0, '']);
    const [id = ''] = /(?<=^Silence )\w{10}(?= )/.exec(out) ?? [];
    expect(out.split('\n')).toEqual([
      `Silence ${id} holds until 2026-03-02 10:00:00Z (2 h), by me.`,
      '  {"key":{"$glob":"placement:*"}}',
      '1 open incident matches it now. What was told already stands, and the end will be told; nothing new rings:',
      '  placement:a.example',
      `silence expire ${id} ends it before that.`,
      '',
    ]);
    expect(await inForce()).toMatchObject([{ id, filter: { key: { $glob: 'placement:*' } }, by: 'me', comment: '' }]);
  });

  test.each([
    [['--rule', 'auth'], ['auth:b.example']],
    [['--severity', 'critical'], ['auth:b.example']],
    [['--severity', 'critical', '--key', 'placement:*'], []],
    [['{"event": {"domain": "a.example"}}'], ['placement:a.example']],
    [['{"event": {"domain": "a.example"}}', '--rule', 'auth'], []],
    [['{"event": {"inboxRate": {"$lt": 0.6}}}'], ['auth:b.example', 'placement:a.example']],
    [['{"severity": {"$in": ["info", "critical"]}}'], ['auth:b.example']],
    [['{"$not": {"key": {"$glob": "auth:*"}}}'], ['placement:a.example']],
    [['--everything'], ['auth:b.example', 'placement:a.example']],
    [['--key', 'nothing of the kind'], []],
  ])('%j silences %j', async (args, keys) => {
    const { add } = await openTwo();
    expect((await add(...args, '--for', '1h')).silences.sort()).toEqual(keys);
  });

  test('silences what rings, not what is over', async () => {
    const { run, add } = await openTwo();
    await run('incidents', 'resolve', 'auth:b.example', '--by', 'me');
    expect((await add('--everything', '--for', '1h')).silences).toEqual(['placement:a.example']);
    await run('incidents', 'resolve', 'placement:a.example', '--by', 'me');
    const { out } = await run('silence', 'add', '--everything', '--for', '1h');
    expect(out).toContain('Nothing that is open now matches it.\n');
  });

  test('may begin later, and holds from then on', async () => {
    const { add, run, advance, inForce } = await openTwo();
    const window = ['--from', '20:00', '--for', '2h'];
    const { id, ...silence } = await add('--key', 'a', ...window, '--comment', 'moving house');
    expect(silence).toMatchObject({
      state: 'upcoming',
      startsAt: '2026-03-02T20:00:00.000Z',
      endsAt: '2026-03-02T22:00:00.000Z',
      comment: 'moving house',
    });
    expect(await inForce()).toEqual([]);
    const { out } = await run('silence', 'add', '--key', 'a', ...window);
    expect(out).toMatch(/holds from 2026-03-02 20:00:00Z until 2026-03-02 22:00:00Z \(2 h\)/);
    advance(13 * hour);
    expect((await inForce()).map((each) => each.id)).toContain(id);
  });

  test.each([
    [['--for', '2h'], 'filter: an empty one would silence everything'],
    [['{}', '--for', '2h'], 'filter: an empty one would silence everything'],
    [['--everything'], 'How long? Give --for'],
    [['--everything', '--until', '07:59', '--for', '1h'], 'How long? Give --for'],
    [['--everything', '--until', '2026-03-02T07:59Z'], '--until is over'],
    [['--everything', '--for', '2h', '--from', '2026-03-02T07:59Z'], '--from is over'],
    [['--everything', '--from', '12:00', '--until', '11:00'], 'is not after --from'],
    [['--everything', '--for', '9999d'], 'a year at the most'],
    [['--everything', '--for', '2h', '--by', ''], '--by is empty'],
    [['--severity', 'high', '--for', '2h'], 'Allowed choices are critical, error, warning, info'],
    [['{"severty": "error"}', '--for', '2h'], 'filter.severty: there is no "severty" here: did you mean "severity"?'],
    [['{"event": {"$foo": 1}, "keys": 2}', '--for', '2h'], 'filter.event.$foo: there is no operator $foo'],
    [['{key: a}', '--for', '2h'], 'filter: is no JSON'],
  ])('%j exits with 2, says why, and silences nothing', async (args, words) => {
    const { run, ledger } = await openTwo();
    const { code, out, err } = await run('silence', 'add', ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(await ledger.listSilences({ over: true })).toEqual([]);
  });

  test('tells every problem of the filter at once', async () => {
    const { run } = await openTwo();
    const { err } = await run('silence', 'add', '{"event": {"$foo": 1}, "keys": 2}', '--for', '2h');
    expect(
      err
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['filter.event.$foo', 'filter.keys']);
  });
});

describe('silence list and expire', () => {
  test('of nothing say so', async () => {
    const { run } = await openTwo();
    expect((await run('silence', 'list')).out).toBe('Nothing is silenced (--all shows what was).\n');
    expect((await run('silence', 'list', '--all')).out).toBe('There are no silences.\n');
    const { code, out, err } = await run('silence', 'expire', 'none');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('There is no silence "none"');
  });

  test('list those that hold and will hold, with who and why; with --all those that held', async () => {
    const { run, add, advance } = await openTwo();
    const old = await add('--key', 'a', '--for', '1h');
    advance(2 * hour);
    const holding = await add('--key', 'b', '--for', '2h', '--comment', 'moving house');
    const coming = await add('--key', 'c', '--from', '20:00', '--for', '2h');
    const { out } = await run('silence', 'list');
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['id', 'state', 'from', 'until', 'by', 'comment', 'filter'],
      [coming.id, 'upcoming', '2026-03-02 20:00:00Z', '2026-03-02 22:00:00Z', 'me', '-', '{"key":"c"}'],
      [holding.id, 'in force', '2026-03-02 10:00:00Z', '2026-03-02 12:00:00Z', 'me', 'moving house', '{"key":"b"}'],
      [''],
    ]);
    const all = JSON.parse((await run('silence', 'list', '--all', '--json')).out);
    expect(all.items).toMatchObject([
      { id: coming.id, state: 'upcoming' },
      { id: holding.id, state: 'in force' },
      { id: old.id, state: 'over', endsAt: '2026-03-02T09:00:00.000Z' },
    ]);
  });

  test('end one before its time, once', async () => {
    const { run, add, inForce } = await openTwo();
    const { id } = await add('--everything', '--for', '2h');
    expect(await run('silence', 'expire', id, '--by', 'another')).toEqual({
      code: 0,
      out: `Silence ${id} is over. What it held back, and is still true, is told now.\n`,
      err: '',
    });
    expect(await inForce()).toEqual([]);
    expect((await run('silence', 'list', '--all')).out).toContain('over, ended by another');
    expect(await run('silence', 'expire', id)).toEqual({
      code: 1,
      out: '',
      err: `Silence ${id} is over already, since 2026-03-02 08:00:00Z.\n`,
    });
  });
});
