import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openIncident } from '../pipeline/open-incident.ts';
import { openKept, refusedBy } from './open-kept.ts';

const hour = 3_600_000;
const gone = refusedBy('is_archived: the channel is archived');

/** Served, with the ids of what is due. */
async function openServed() {
  const kept = await openKept();
  await kept.serve();
  const due = async () =>
    (await kept.ledger.listNotifications({ limit: 100, state: 'due' })).items.map((each) => each.id).sort();
  const opens = async (key: string, to: string) => void (await openIncident(kept.ledger, key, { to: [to] }));
  return { ...kept, due, opens };
}

const arrived = (id: string) => {
  const body = Buffer.from(JSON.stringify({ id }));
  return { source: 'inbox-check', body, digest: createHash('sha256').update(body).digest('hex') };
};

/** A delivery whose routing was given up. */
async function loseDelivery(ledger: Ledger, id: string): Promise<void> {
  await ledger.accept({ ...arrived(id), id, type: 'test.completed', token: randomUUID() });
  const token = randomUUID();
  const { deliveries } = await ledger.claimDeliveries({ token, limit: 10, leaseMs: 10_000, holding: [] });
  for (const { seq } of deliveries) {
    const trace = { notes: [], rules: [], deaf: 0, incidents: [], owed: [], error: 'a rule could not be tried' };
    const delivery = { seq, state: 'dead' as const, trace };
    await ledger.commit([{ token, delivery, expects: [], incidents: [], episodes: [], owed: [] }]);
  }
}

const unreadable = { ...arrived('odd'), reason: 'the body is no JSON' };
const buriedId = `unreadable-${unreadable.digest.slice(0, 16)}`;

async function deliveryState(ledger: Ledger, id: string) {
  return (await ledger.findDeliveries(id))[0]?.state;
}

describe('redeliver of a notification', () => {
  test('that is dead makes it due again, and says why it died and what is told', async () => {
    const { run, opens, answer, due } = await openServed();
    await opens('a', 'chat');
    const [id = ''] = await answer('chat', gone);
    expect(await run('redeliver', id)).toEqual({
      code: 0,
      out: [
        'Due again: chat, about a #1. It was given up: is_archived: the channel is archived.',
        `What is true now is told: that it is open. notifications show ${id} has what became of it.`,
        '',
      ].join('\n'),
      err: '',
    });
    expect(await due()).toEqual([id]);
  });

  test('that died before it was told, of what is over by now, says that nothing will be told', async () => {
    const { run, opens, answer } = await openServed();
    await opens('a', 'chat');
    const [id = ''] = await answer('chat', gone);
    await run('incidents', 'resolve', 'a', '--by', 'me');
    expect((await run('redeliver', id)).out).toContain('nothing, it is over and was never told there');
  });

  test('whose end died says that the end is told', async () => {
    const { run, opens, answer } = await openServed();
    await opens('a', 'chat');
    await answer('chat');
    await run('incidents', 'resolve', 'a', '--by', 'me');
    const [id = ''] = await answer('chat', {
      outcome: { act: 'resolve', result: 'refused', reason: 'token_revoked' },
      next: 'dead',
    });
    const { out } = await run('redeliver', id);
    expect(out).toContain('It was given up: token_revoked.');
    expect(out).toContain('What is true now is told: that it is over.');
  });

  test('that is settled owes nothing, and stays so', async () => {
    const { run, opens, answer, due } = await openServed();
    await opens('a', 'chat');
    const [id = ''] = await answer('chat');
    expect(await run('redeliver', id)).toEqual({
      code: 0,
      out: 'Nothing is owed: chat knows all there is to tell about a #1.\n',
      err: '',
    });
    expect(await due()).toEqual([]);
    expect(JSON.parse((await run('redeliver', id, '--json')).out)).toMatchObject({ notifications: [], left: [{ id }] });
  });

  test('that waits to be tried again makes it due now', async () => {
    const { run, ledger, opens, answer } = await openServed();
    await opens('a', 'chat');
    const outcome = { act: 'open', result: 'retry', reason: '503' } as const;
    const [id = ''] = await answer('chat', { outcome, next: { state: 'due', afterMs: 300_000 } });
    expect(await answer('chat')).toEqual([]);
    expect((await run('redeliver', id)).out).toContain('It was owed already: 503.');
    expect((await ledger.findNotification(id))?.notification.state).toBe('due');
    expect(await answer('chat')).toEqual([id]);
  });
});

test('redeliver of what a silence holds back says what holds it, and tells nothing past it', async () => {
  const { run, ledger, opens, answer } = await openServed();
  await ledger.keepSilence({ id: 'abc', filter: { key: 'a' }, by: 'me', comment: '', forMs: hour });
  await opens('a', 'chat');
  const outcome = { act: 'wait', result: 'none', reason: 'silence abc by me' } as const;
  const [id = ''] = await answer('chat', { outcome, next: { state: 'waiting', for: 'silence:abc', afterMs: 600_000 } });
  const { code, out } = await run('redeliver', id);
  expect(code).toBe(0);
  expect(out).toContain('It was owed already: silence abc by me.');
  expect(out).toContain('What is true now is told, once nothing holds it back: that it is open.');
});

describe('redeliver of a delivery', () => {
  test('whose routing was given up has it routed again', async () => {
    const { run, ledger } = await openServed();
    await loseDelivery(ledger, 'dlv_1');
    const { code, out } = await run('redeliver', 'dlv_1');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Routed again: delivery dlv_1 from inbox-check\. It was given up: .*\ndeliveries show dlv_1 has/,
    );
    expect(await deliveryState(ledger, 'dlv_1')).toBe('unrouted');
    expect((await run('redeliver', 'dlv_1')).out).toBe(
      'Delivery dlv_1 from inbox-check is not dead: it is to be routed.\n',
    );
  });

  test('that cannot be read exits with 1 and says why', async () => {
    const { run, ledger } = await openServed();
    await ledger.bury(unreadable);
    const { code, out, err } = await run('redeliver', buriedId);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `Delivery ${buriedId} from inbox-check cannot be read, however often it is tried: the body is no JSON. Its sender has to send it in another form.\n`,
    );
    expect(await deliveryState(ledger, buriedId)).toBe('dead');
  });

  test('of an id that nobody has exits with 1', async () => {
    const { run } = await openServed();
    const { code, out, err } = await run('redeliver', 'none');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('There is no notification and no delivery "none"');
  });
});

describe('redeliver of all that is dead', () => {
  async function openDead() {
    const kept = await openServed();
    const { ledger, opens, answer, advance } = kept;
    await opens('a', 'chat');
    await opens('told', 'told');
    await answer('told');
    const [old = ''] = await answer('chat', gone);
    await loseDelivery(ledger, 'dlv_old');
    advance(3 * hour);
    await opens('b', 'on-call');
    const [newest = ''] = await answer('on-call', refusedBy('400 invalid routing key'));
    await loseDelivery(ledger, 'dlv_new');
    await ledger.bury(unreadable);
    advance(hour);
    const states = async () => [await deliveryState(ledger, 'dlv_old'), await deliveryState(ledger, 'dlv_new')];
    return { ...kept, old, newest, states };
  }

  test('lists what is due again, and what stays dead', async () => {
    const { run, due, old, newest, states } = await openDead();
    const { code, out, err } = await run('redeliver', '--dead');
    expect([code, err]).toEqual([0, '']);
    const lines = out.split('\n');
    expect(lines[0]).toBe('Due again, 4:');
    expect(lines).toContain(`  chat, about a #1 (is_archived: the channel is archived)  [${old}]`);
    expect(lines).toContain(`  on-call, about b #1 (400 invalid routing key)  [${newest}]`);
    expect(out).toContain('  delivery dlv_old from inbox-check (');
    expect(out).toContain(`Delivery ${buriedId} from inbox-check stays dead: it cannot be read (the body is no JSON).`);
    expect(await due()).toEqual([old, newest].sort());
    expect(await states()).toEqual(['unrouted', 'unrouted']);
  });

  test('may be what died within so long', async () => {
    const { run, due, newest, states } = await openDead();
    const { out } = await run('redeliver', '--since', '2h', '--json');
    expect(JSON.parse(out)).toEqual({ notifications: [newest], deliveries: ['dlv_new'], left: [] });
    expect(await due()).toEqual([newest]);
    expect(await states()).toEqual(['dead', 'unrouted']);
  });

  test('may be what one destination was to be told', async () => {
    const { run, due, old, states } = await openDead();
    const { out } = await run('redeliver', '--dead', '--destination', 'chat', '--json');
    expect(JSON.parse(out)).toEqual({ notifications: [old], deliveries: [], left: [] });
    expect(await due()).toEqual([old]);
    expect(await states()).toEqual(['dead', 'dead']);
  });

  test('of nothing says so, and exits with 0', async () => {
    const { run } = await openServed();
    expect(await run('redeliver', '--dead')).toEqual({
      code: 0,
      out: 'Nothing is dead that could be taken up again.\n',
      err: '',
    });
  });

  test('takes up more than a page, and lists the first of them', async () => {
    const { run, ledger, opens, answer, due } = await openServed();
    for (let i = 0; i < 120; i += 1) await opens(`k${i}`, 'chat');
    await answer('chat', gone);
    await answer('chat', gone);
    const { out } = await run('redeliver', '--dead');
    expect(out).toContain('Due again, 120:\n');
    expect(out).toContain('\n  and 70 more\n');
    expect((await ledger.backlog()).deadNotifications).toBe(0);
    expect(await due()).toHaveLength(100);
  });
});

test.each([
  [[], 'Give an id, or else --dead or --since'],
  [['x', '--dead'], 'Give an id, or else --dead or --since'],
  [['x', '--destination', 'chat'], '--destination goes with --dead or --since'],
  [['--destination', 'chat'], 'Give an id, or else --dead or --since'],
  [['--since', 'today'], '--since takes a duration'],
])('redeliver %j exits with 2 and says why', async (args, words) => {
  const { run } = await openKept();
  const { code, out, err } = await run('redeliver', ...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(words);
});

test('redeliver says that nothing serves, where nothing does', async () => {
  const { ledger, run, answer } = await openKept();
  await openIncident(ledger, 'a');
  await answer('chat', gone);
  expect((await run('redeliver', '--dead')).err).toContain('Nothing is serving from this ledger');
});
