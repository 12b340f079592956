import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openIncident } from '../pipeline/open-incident.ts';
import { openKept, startedAt } from './open-kept.ts';

const key = 'placement:news.example.com';
const minute = 60_000;

beforeEach(() => void vi.stubEnv('TZ', 'UTC'));
afterEach(() => void vi.unstubAllEnvs());

async function openServed() {
  const kept = await openKept();
  await kept.serve();
  await openIncident(kept.ledger, key, { to: ['chat', 'on-call'] });
  kept.advance(minute);
  const stored = async () => (await kept.ledger.readIncidents([key])).get(key);
  return { ...kept, stored };
}

describe('incidents ack', () => {
  test('says who has it, and is stored with the comment', async () => {
    const { run, stored } = await openServed();
    expect(await run('incidents', 'ack', key, '--by', 'night shift', '--comment', ' looking ')).toEqual({
      code: 0,
      out: `${key} #1 is acknowledged by night shift. chat, on-call are told.\n`,
      err: '',
    });
    const acknowledged = { by: 'night shift', comment: 'looking', at: startedAt + minute };
    expect(await stored()).toMatchObject({ open: true, acknowledged });
  });

  test('is by the user of the machine unless another is named', async () => {
    const { run, stored } = await openServed();
    await run('incidents', 'ack', key);
    expect((await stored())?.acknowledged).toEqual({ by: userInfo().username, at: startedAt + minute });
  });

  test('of what another has in hand exits with 1 and names them; of what is ours already with 0', async () => {
    const { run } = await openServed();
    await run('incidents', 'ack', key, '--by', 'first');
    const words = `${key}: already acknowledged by first at 2026-03-02 08:01 UTC.\n`;
    expect(await run('incidents', 'ack', key, '--by', 'second')).toEqual({ code: 1, out: '', err: words });
    expect(await run('incidents', 'ack', key, '--by', 'first')).toEqual({ code: 0, out: words, err: '' });
  });

  test('of a key that nobody has exits with 1 and names the open one that is meant', async () => {
    const { run } = await openServed();
    expect(await run('incidents', 'ack', 'placement:new.example.com')).toEqual({
      code: 1,
      out: '',
      err: `There is no incident "placement:new.example.com".\nOpen is: ${key}\n`,
    });
    expect((await run('incidents', 'ack', 'nothing of the kind')).err).toContain('incidents list --open shows');
  });

  test('says that nothing serves, where nothing does', async () => {
    const { ledger, run } = await openKept();
    await openIncident(ledger, key);
    const { code, out, err } = await run('incidents', 'ack', key, '--by', 'me');
    expect([code, out]).toEqual([0, `${key} #1 is acknowledged by me. chat is told.\n`]);
    expect(err).toBe('(Nothing is serving from this ledger: it is told when tocsin serves again.)\n');
  });

  test('takes a key as odd as it may be', async () => {
    const { ledger, run } = await openServed();
    const odd = `ключ 🔔 "x" ${'漢'.repeat(200)}`;
    await openIncident(ledger, odd);
    expect((await run('incidents', 'ack', odd, '--by', 'me')).code).toBe(0);
    expect((await ledger.readIncidents([odd])).get(odd)?.acknowledged).toMatchObject({ by: 'me' });
    await openIncident(ledger, '--json');
    expect((await run('incidents', 'ack', '--by', 'me', '--', '--json')).code).toBe(0);
  });

  test('as JSON is one object on standard output, whatever comes of it', async () => {
    const { run } = await openServed();
    const done = await run('incidents', 'ack', key, '--by', 'me', '--json');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(done.out)).toMatchObject({
      ok: true,
      incident: { key, state: 'open', acknowledged: { by: 'me', at: '2026-03-02T08:01:00.000Z' } },
    });
    const another = await run('incidents', 'ack', key, '--by', 'another', '--json');
    expect(another).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(another.out)).toMatchObject({
      ok: false,
      why: expect.stringContaining('already'),
      incident: { key },
    });
    const none = await run('incidents', 'ack', 'none', '--json');
    expect(none).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(none.out)).toEqual({ ok: false, why: 'There is no incident "none".' });
  });
});

describe('incidents resolve', () => {
  test('ends it, and says so with the comment in incidents show', async () => {
    const { run, stored } = await openServed();
    const { code, out } = await run('incidents', 'resolve', key, '--by', 'me', '--comment', 'key rolled back');
    expect([code, out]).toEqual([0, `${key} #1 is resolved by me. chat, on-call are told.\n`]);
    expect(await stored()).toMatchObject({ open: false, last: { why: 'by-hand' } });
    const shown = (await run('incidents', 'show', key)).out;
    expect(shown).toContain(`${key}: resolved\n`);
    expect(shown).toMatch(/ended 2026-03-02 08:01:00Z: resolved by me.*\n {4}"key rolled back"\n/);
  });

  test('of what is over exits with 1, says since when and how, and what is open', async () => {
    const { ledger, run } = await openServed();
    await run('incidents', 'resolve', key, '--by', 'me');
    await openIncident(ledger, `${key}.au`);
    const { code, out, err } = await run('incidents', 'resolve', key);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `${key}: nothing is open under this key: episode 1 was resolved by me at 2026-03-02 08:01 UTC.\nOpen is: ${key}.au\n`,
    );
  });
});

describe('incidents snooze', () => {
  test('lasts for so long, by the clock of the ledger', async () => {
    const { run, stored } = await openServed();
    const { code, out } = await run('incidents', 'snooze', key, '--for', '1h30m', '--by', 'me');
    expect(code).toBe(0);
    expect(out).toBe(`${key} #1 is snoozed until 2026-03-02 09:31:00Z (1 h 30 min) by me. chat, on-call are told.\n`);
    expect((await stored())?.snoozed).toEqual({ by: 'me', at: startedAt + minute, until: startedAt + 91 * minute });
  });

  test('lasts until then', async () => {
    const { run, stored } = await openServed();
    expect((await run('incidents', 'snooze', key, '--until', '07:30')).out).toContain(
      '2026-03-03 07:30:00Z (23 h 29 min)',
    );
    expect((await run('incidents', 'snooze', key, '--until', '2026-03-02T11:00+01:00')).code).toBe(0);
    expect((await stored())?.snoozed?.until).toBe(Date.parse('2026-03-02T10:00Z'));
    const again = await run('incidents', 'snooze', key, '--until', '10:00');
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('already snoozed') });
  });

  test.each([
    [[], 'How long? Give --for'],
    [['--for', '2h', '--until', '18:30'], 'How long? Give --for'],
    [['--for', 'a while'], '--for takes a duration such as'],
    [['--until', 'tomorrow'], '--until takes a moment'],
    [['--until', '2026-03-01T00:00Z'], '--until is over: 2026-03-01 00:00:00Z was 1 d 8 h ago.'],
    [['--for', '2h', '--by', ' '], '--by is empty'],
    [['--for', '2h', '--comment', 'x'.repeat(301)], '--comment takes at most 300 characters, not 301'],
  ])('with %j exits with 2, says what is wrong, and changes nothing', async (args, words) => {
    const { run, stored } = await openServed();
    const before = await stored();
    const { code, out, err } = await run('incidents', 'snooze', key, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(await stored()).toEqual(before);
  });
});

describe('what people did', () => {
  test('stands in the list, and with all changes in show', async () => {
    const { ledger, run, advance } = await openServed();
    const states = async () => (await run('incidents', 'list')).out.split('\n')[1]?.split(/ {2,}/)[0];
    expect(await states()).toBe('open');
    await run('incidents', 'ack', key, '--by', 'me', '--comment', 'on it');
    expect(await states()).toBe('acknowledged');
    await run('incidents', 'snooze', key, '--for', '2h', '--by', 'me');
    expect(await states()).toBe('acknowledged, snoozed');
    const shown = (await run('incidents', 'show', key)).out.split('\n');
    expect(shown.slice(0, 3)).toEqual([
      `${key}: acknowledged, snoozed`,
      '  acknowledged by me, 2026-03-02 08:01:00Z: "on it"',
      '  snoozed until 2026-03-02 10:01:00Z by me, 2026-03-02 08:01:00Z',
    ]);
    advance(minute);
    await openIncident(ledger, key, { rule: 'worse', severity: 'critical' });
    expect(await states()).toBe('open');
    expect((await run('incidents', 'show', key)).out).toContain(
      '    2026-03-02 08:01:00Z Acknowledged by me: on it\n    2026-03-02 08:01:00Z Snoozed by me',
    );
    expect((await run('incidents', 'show', key)).out).toContain(
      '    2026-03-02 08:02:00Z Severity raised from error to critical\n',
    );
  });

  test('is in the JSON of both', async () => {
    const { run } = await openServed();
    await run('incidents', 'snooze', key, '--for', '2h', '--by', 'me');
    const snoozed = { by: 'me', at: '2026-03-02T08:01:00.000Z', until: '2026-03-02T10:01:00.000Z' };
    expect(JSON.parse((await run('incidents', 'list', '--json')).out)).toMatchObject({ items: [{ key, snoozed }] });
    expect(JSON.parse((await run('incidents', 'show', key, '--json')).out)).toMatchObject({
      snoozed,
      episodes: [{ changes: [{ what: 'snoozed', by: 'me' }] }],
    });
  });
});

describe('incidents show', () => {
  test('names stand-ins, and rules that are gone', async () => {
    const { ledger, run } = await openServed();
    const before = (await ledger.readIncidents([key])).get(key);
    if (!before) throw new Error('not there');
    const [cause] = before.causes;
    const orphan = { since: startedAt, until: startedAt + 10 * minute };
    const standIns = [{ address: 'made:chat', standsInFor: 'other-chat' }];
    const { episodes } = (await ledger.findIncident(key)) ?? { episodes: [] };
    await ledger.commit([
      {
        token: 't',
        expects: [{ key, revision: before.revision }],
        incidents: [{ ...before, revision: before.revision + 1, causes: cause ? [{ ...cause, orphan }] : [] }],
        episodes: episodes.map((each) => ({ ...each, standIns })),
        owed: [],
      },
    ]);
    const { out } = await run('incidents', 'show', key);
    expect(out).toContain(
      '    orphan: no rule in force feeds it since 2026-03-02 08:00:00Z; it is ended at 2026-03-02 08:10:00Z unless the rule comes back\n',
    );
    expect(out).toMatch(/^ {4}chat, stands in for other-chat: due {2}\[\w{24}\]$/m);
    expect(out).toMatch(/^ {4}on-call: due {2}\[\w{24}\]$/m);
  });
});
