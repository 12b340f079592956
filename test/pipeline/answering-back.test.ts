import { describe, expect, test } from 'vitest';
import { acknowledge } from '../../src/domain/incident/people.ts';
import { changeIncident } from '../../src/pipeline/people.ts';
import { openPaged } from './open-paged.ts';
import { key } from './open-pipeline.ts';
import { engines, hour, minute, second } from './open-store.ts';

describe.each(engines)('what people do in PagerDuty, on %s,', (engine) => {
  test('is seen in Slack, from taking it on to its end, and PagerDuty is not told what it said', async () => {
    const { becomes, does, told, messages, thread, incident, ledger } = await openPaged(engine);
    await becomes(0.5);
    await does('acknowledged');
    expect(JSON.stringify(messages().at(-1))).toContain('Ada Lovelace (PagerDuty)');
    expect(await incident()).toMatchObject({ acknowledged: { by: 'Ada Lovelace (PagerDuty)' } });
    await does('resolved', { by: 'Grace Hopper' });

    expect(messages()).toMatchObject([{ text: expect.stringMatching(/^Resolved: news\.example\.com/) }]);
    expect(thread().map(({ text }) => text)).toEqual([
      expect.stringContaining('Acknowledged by Ada Lovelace (PagerDuty)'),
      expect.stringContaining('Resolved by Grace Hopper (PagerDuty)'),
    ]);
    expect(await incident()).toMatchObject({ open: false, last: { why: 'by-hand', by: 'Grace Hopper (PagerDuty)' } });
    expect(told()).toEqual(['trigger']);
    expect(await ledger.backlog()).toMatchObject({ owed: 0, unrouted: 0, deadDeliveries: 0 });
  });

  test('is let go of again, whoever did that, and may be taken on again', async () => {
    const { becomes, does, says, arrives, incident, store, told } = await openPaged(engine);
    await becomes(0.5);
    await does('acknowledged');
    store.advance(minute);
    await arrives(says('incident.unacknowledged', { by: null }));
    expect(await incident()).not.toHaveProperty('acknowledged');
    await does('acknowledged', { by: 'Grace Hopper' });
    expect(await incident()).toMatchObject({ acknowledged: { by: 'Grace Hopper (PagerDuty)' } });
    expect(told()).not.toContain('acknowledge');
  });

  test('opens no page again, and the next one is another episode', async () => {
    const { becomes, does, incident, pagerDuty, told } = await openPaged(engine);
    await becomes(0.5);
    await does('resolved');
    await becomes(0.5);
    expect(await incident()).toMatchObject({ open: true, episode: 2 });
    expect(pagerDuty.incidents.map(({ status }) => status)).toEqual(['resolved', 'triggered']);
    expect(told()).toEqual(['trigger', 'trigger']);
  });

  test('has one effect, however often it is said', async () => {
    const { becomes, does, says, expectNothingChanges, arrives, ledger } = await openPaged(engine);
    await becomes(0.5);
    await does('acknowledged');
    const again = says('incident.acknowledged', { by: 'Grace Hopper' });
    expect(await expectNothingChanges(again)).toContainEqual(expect.stringContaining('already acknowledged by Ada'));
    await arrives(again);
    expect((await ledger.backlog()).heard.pagerduty).toMatchObject({ accepted: 2, duplicate: 1 });
  });

  test('is over once it is resolved, whatever comes after that', async () => {
    const { becomes, does, says, expectNothingChanges, store } = await openPaged(engine);
    await becomes(0.5);
    const before = says('incident.acknowledged', { at: store.now() + 30 * second });
    await does('resolved');
    expect(await expectNothingChanges(before)).toContainEqual(expect.stringContaining('already over'));
  });

  test('is followed in the order it was said in, when all of it comes at once', async () => {
    const { becomes, says, hearPager, route, tell, thread, store } = await openPaged(engine, { asks: true });
    await becomes(0.5);
    const said = ['incident.acknowledged', 'incident.unacknowledged', 'incident.acknowledged', 'incident.resolved'];
    for (const type of said) {
      store.advance(minute);
      await hearPager(says(type, { key: null }));
    }
    await route();
    await tell();
    expect(thread().map(({ text }) => text?.split(' by ')[0])).toEqual(['Acknowledged', 'Acknowledged', 'Resolved']);
  });

  test('is remembered in its order, also where it changes places on the way', async () => {
    const { becomes, says, arrives, incident, store } = await openPaged(engine);
    await becomes(0.5);
    store.advance(minute);
    const taken = says('incident.acknowledged');
    store.advance(minute);
    await arrives(says('incident.unacknowledged', { by: null }));
    expect(await arrives(taken)).toContainEqual(expect.stringContaining('before what was heard of it last'));
    expect(await incident()).not.toHaveProperty('acknowledged');
  });
});

describe('what comes back from PagerDuty', () => {
  test('of our own changes nothing, in any order', async () => {
    const { becomes, says, expectNothingChanges, told } = await openPaged('SQLite');
    await becomes(0.5);
    for (const type of ['incident.triggered', 'incident.acknowledged', 'incident.resolved']) {
      const notes = await expectNothingChanges(says(type, { by: null, key: null }));
      expect(notes).toHaveLength(2);
    }
    await becomes(0.9);
    await expectNothingChanges(says('incident.resolved', { by: null }));
    expect(told()).toEqual(['trigger', 'resolve']);
  });

  test('of the end of the episode before does not end the next one', async () => {
    const { becomes, says, arrives, incident, store } = await openPaged('SQLite');
    await becomes(0.5);
    await becomes(0.9);
    await becomes(0.5);
    // PagerDuty processes what it was told after it has answered.
    store.advance(second);
    await arrives(says('incident.resolved', { by: null, incident: 0 }));
    expect(await incident()).toMatchObject({ open: true, episode: 2 });
  });

  test('resolved by itself leaves open what nobody said is over', async () => {
    const { becomes, does, incident } = await openPaged('SQLite');
    await becomes(0.5);
    expect(await does('resolved', { by: null })).toContain(
      `${key} #1: resolved by nobody in person, as are our own words that come back: nothing follows`,
    );
    expect(await incident()).toMatchObject({ open: true });
  });
});

describe('a resolve in PagerDuty', () => {
  test('is told to it once more where something was told a moment before, and does no harm', async () => {
    const { becomes, says, arrives, store, told, pagerDuty } = await openPaged('SQLite');
    await becomes(0.5);
    await becomes(0.4);
    store.advance(second);
    await arrives(says('incident.resolved'));
    expect(told()).toEqual(['trigger', 'trigger', 'resolve']);
    expect(pagerDuty.incidents).toMatchObject([{ status: 'resolved' }]);
  });

  test('is told where another of our destinations was rung too', async () => {
    const { becomes, does, pagerDuty, told } = await openPaged('SQLite', { twice: true });
    await becomes(0.5);
    expect(pagerDuty.incidents).toHaveLength(2);
    await does('acknowledged', { incident: 0 });
    await does('resolved', { incident: 0 });
    expect(pagerDuty.incidents.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    expect(told().filter((each) => each === 'resolve')).toHaveLength(2);
  });

  test('of before it was bad again ends nothing', async () => {
    const { becomes, says, arrives, incident, store } = await openPaged('SQLite');
    await becomes(0.5);
    store.advance(minute);
    const late = says('incident.resolved');
    await becomes(0.4);
    expect(await arrives(late)).toContainEqual(expect.stringContaining('resolved before it was bad again'));
    expect(await incident()).toMatchObject({ open: true });
  });

  test('that is a merge ends nothing, and what it was merged into is known from then on', async () => {
    const { becomes, says, arrives, incident, store } = await openPaged('SQLite');
    await becomes(0.5);
    store.advance(minute);
    const resolve_reason = { type: 'merge_resolve_reason', incident: { id: 'PBIG1', type: 'incident_reference' } };
    await arrives(says('incident.resolved', { data: { resolve_reason } }));
    expect(await incident()).toMatchObject({ open: true, pages: [{ id: 'PBIG1', episode: 1 }] });
    store.advance(minute);
    await arrives(says('incident.resolved', { key: null, data: { id: 'PBIG1' } }));
    expect(await incident()).toMatchObject({ open: false });
  });
});

describe('an acknowledgement in PagerDuty', () => {
  test('of before it became worse leaves that with nobody', async () => {
    const { becomes, says, arrives, incident, store } = await openPaged('SQLite');
    await becomes(0.5);
    store.advance(minute);
    const late = says('incident.acknowledged');
    await becomes(0.2);
    expect(await arrives(late)).toContainEqual(expect.stringContaining('before its severity was raised'));
    expect(await incident()).not.toHaveProperty('acknowledged');
  });

  test('is not let go of by what happened before it, however late that comes', async () => {
    const { becomes, says, arrives, incident, ledger, store } = await openPaged('SQLite');
    await becomes(0.5);
    store.advance(minute);
    const late = says('incident.unacknowledged', { by: null });
    store.advance(minute);
    const by = 'ada (Slack)';
    await changeIncident(ledger, key, (each, at) => acknowledge(each, { by, at }));
    expect(await arrives(late)).toContainEqual(
      expect.stringMatching(/unacknowledged before ada \(Slack\) acknowledged it, at /),
    );
    expect(await incident()).toMatchObject({ acknowledged: { by } });
    store.advance(minute);
    await arrives(says('incident.unacknowledged', { by: null }));
    expect(await incident()).not.toHaveProperty('acknowledged');
  });

  test('may be quicker than the answer to its trigger', async () => {
    const { hear, route, tell, hearPager, says, incident, pagerDuty, store } = await openPaged('SQLite');
    store.advance(minute);
    pagerDuty.failNext('hang-after-keeping');
    await hear();
    await route();
    const telling = tell();
    await expect.poll(() => pagerDuty.incidents.length).toBe(1);
    store.advance(10);
    await hearPager(says('incident.acknowledged'));
    await route();
    await telling;
    expect(await incident()).toMatchObject({ acknowledged: { by: 'Ada Lovelace (PagerDuty)' } });
  });
});

describe("with our clock ahead of PagerDuty's", () => {
  test.each([1, 30, 59])('by %d s, what is done to a page at once is done to it', async (seconds) => {
    const { becomes, says, arrives, incident, store, told } = await openPaged('SQLite');
    await becomes(0.5);
    const behind = () => ({ at: store.now() - seconds * second });
    await arrives(says('incident.acknowledged', behind()));
    expect(await incident()).toMatchObject({ acknowledged: { by: 'Ada Lovelace (PagerDuty)', at: store.now() } });
    store.advance(second / 2);
    await arrives(says('incident.resolved', behind()));
    expect(await incident()).toMatchObject({ open: false, last: { why: 'by-hand' } });
    expect(told().filter((each) => each === 'trigger')).toHaveLength(1);
  });

  test('so it is where an earlier episode ended long ago', async () => {
    const { becomes, says, arrives, incident, store } = await openPaged('SQLite');
    await becomes(0.5);
    await becomes(0.9);
    store.advance(hour);
    await becomes(0.5);
    await arrives(says('incident.resolved', { at: store.now() - second }));
    expect(await incident()).toMatchObject({ open: false, episode: 2, last: { why: 'by-hand' } });
  });

  test('an earlier episode that ended less than a minute before is what is meant', async () => {
    const { becomes, says, expectNothingChanges, store } = await openPaged('SQLite');
    await becomes(0.5);
    await becomes(0.9);
    await becomes(0.5);
    const late = says('incident.resolved', { at: store.now() - second });
    expect(await expectNothingChanges(late)).toContainEqual(expect.stringContaining('already over: episode 1'));
  });

  test('by more than a minute, nothing follows', async () => {
    const { becomes, says, expectNothingChanges, store } = await openPaged('SQLite');
    await becomes(0.5);
    const early = says('incident.resolved', { at: store.now() - 61 * second });
    expect(await expectNothingChanges(early)).toContainEqual(expect.stringContaining('told there only after that'));
  });
});

describe('an earlier episode', () => {
  test('is over, and what was done in it hours ago changes nothing of the one that is open', async () => {
    const { becomes, says, expectNothingChanges, store } = await openPaged('SQLite');
    await becomes(0.5);
    store.advance(minute);
    const late = [says('incident.acknowledged'), says('incident.resolved'), says('incident.resolved', { key: null })];
    store.advance(hour);
    await becomes(0.9);
    await becomes(0.5);
    for (const each of late.slice(0, 2)) {
      expect(await expectNothingChanges(each)).toContainEqual(expect.stringContaining('already over: episode 1'));
    }
    await expectNothingChanges(late[2] ?? says('pagey.ping'));
  });

  test('is known by its page, also where what was done in it is done only now', async () => {
    const { becomes, does, says, expectNothingChanges, store } = await openPaged('SQLite');
    await becomes(0.5);
    await does('acknowledged');
    await becomes(0.9);
    await becomes(0.5);
    store.advance(minute);
    const old = says('incident.resolved', { incident: 0 });
    expect(await expectNothingChanges(old)).toContainEqual(expect.stringContaining('already over: episode 1'));
  });

  test('under a key of its own is found by that key', async () => {
    const { becomes, does, incident, pagerDuty, store, tell } = await openPaged('SQLite');
    await becomes(0.5);
    pagerDuty.faultsOf.resolve.failAll('500');
    await becomes(0.9);
    await becomes(0.5);
    for (let minutes = 0; minutes < 4; minutes += 1) {
      store.advance(minute);
      await tell();
    }
    expect(pagerDuty.incidents.map(({ dedupKey }) => dedupKey)).toEqual([key, `${key}#2`]);
    await does('resolved');
    expect(await incident()).toMatchObject({ open: false, episode: 2 });
  });

  test('that is reopened in PagerDuty is not reopened here, and the owner is told so once', async () => {
    const { becomes, does, says, arrives, incident, messages, store } = await openPaged('SQLite');
    await becomes(0.5);
    await does('resolved');
    for (let again = 0; again < 2; again += 1) {
      store.advance(minute);
      expect(await arrives(says('incident.reopened'))).toContainEqual(expect.stringContaining('nothing is reopened'));
    }
    expect(await incident()).toMatchObject({ open: false });
    expect(messages().map(({ text }) => text)).toEqual([
      expect.stringContaining('Resolved'),
      expect.stringContaining('was reopened there by Ada Lovelace (PagerDuty)'),
    ]);
  });
});

test('a page that was reopened in PagerDuty is that of the next episode', async () => {
  const { becomes, does, says, arrives, incident, pagerDuty, store } = await openPaged('SQLite');
  await becomes(0.5);
  await does('acknowledged');
  await does('resolved');
  store.advance(minute);
  for (const each of pagerDuty.incidents) each.status = 'triggered';
  await arrives(says('incident.reopened'));
  await becomes(0.5);
  expect(pagerDuty.incidents).toHaveLength(1);
  await does('acknowledged', { by: 'Grace Hopper' });
  expect(await incident()).toMatchObject({ episode: 2, acknowledged: { by: 'Grace Hopper (PagerDuty)' } });
});

describe('a webhook without a key', () => {
  test('is about the page that was heard of before', async () => {
    const { becomes, says, arrives, does, incident } = await openPaged('SQLite');
    await becomes(0.5);
    await arrives(says('incident.triggered', { by: null }));
    expect(await incident()).toMatchObject({ pages: [{ id: 'PINC1', episode: 1, number: 1201 }] });
    await does('resolved', { key: null });
    expect(await incident()).toMatchObject({ open: false });
  });

  test.each([
    ['', []],
    [', also where another episode is open by now', [0.5]],
  ])('that says its page was reopened is told to the owner once%s', async (_, then) => {
    const { becomes, says, arrives, does, incident, messages, store } = await openPaged('SQLite');
    await becomes(0.5);
    await arrives(says('incident.triggered', { by: null }));
    await does('resolved', { key: null });
    for (const rate of then) await becomes(rate);
    store.advance(minute);
    const notes = await arrives(says('incident.reopened', { key: null, incident: 0 }));
    expect(notes).toContainEqual(expect.stringContaining('nothing is reopened'));
    await arrives(says('incident.reopened', { key: null, incident: 0 }));
    expect(await incident()).toMatchObject({ open: then.length > 0, episode: 1 + then.length });
    const told = messages().filter(({ text }) => text?.includes('was reopened there by Ada Lovelace (PagerDuty)'));
    expect(told).toHaveLength(1);
  });

  test('about a page of what has ended comes too late', async () => {
    const { becomes, says, arrives, does, expectNothingChanges, store } = await openPaged('SQLite');
    await becomes(0.5);
    await arrives(says('incident.triggered', { by: null }));
    await does('resolved', { key: null });
    store.advance(minute);
    const late = says('incident.acknowledged', { key: null });
    expect(await expectNothingChanges(late)).toContainEqual(expect.stringContaining('already over: episode 1'));
  });

  test.each(['404', 'no alerts'])('is about the page that is known, where PagerDuty answers %s', async (answer) => {
    const { becomes, says, arrives, incident, pagerDuty, store } = await openPaged('SQLite', { asks: true });
    await becomes(0.5);
    await arrives(says('incident.triggered', { by: null }));
    store.advance(minute);
    const resolved = says('incident.resolved', { key: null });
    pagerDuty.apiFaults.failNext(
      answer === '404' ? { status: 404, body: '{}' } : { status: 200, body: '{"alerts": [], "more": false}' },
    );
    expect(await arrives(resolved)).toContain(
      'by what is remembered of it, since PagerDuty names no key of ours for it now',
    );
    expect(await incident()).toMatchObject({ open: false });
  });

  test('is about nothing known where nobody can be asked', async () => {
    const { becomes, says, expectNothingChanges } = await openPaged('SQLite');
    await becomes(0.5);
    expect(await expectNothingChanges(says('incident.resolved', { key: null }))).toContain(
      'it names no key of ours, and without PD_API_TOKEN nobody can be asked',
    );
  });

  test('is asked about: what is grouped into one page is one', async () => {
    const { becomes, does, incident, pagerDuty, told } = await openPaged('SQLite', { asks: true });
    await becomes(0.5);
    await becomes(0.5, 'mail.example.org');
    for (const each of pagerDuty.incidents) each.pageId = 'PGROUP';
    await does('acknowledged', { key: null });
    await does('resolved', { key: null });
    for (const each of [key, 'placement:mail.example.org']) {
      expect(await incident(each)).toMatchObject({ open: false, last: { by: 'Ada Lovelace (PagerDuty)' } });
    }
    expect(told()).toEqual(['trigger', 'trigger']);
    expect(pagerDuty.asked).toEqual(Array(2).fill('/incidents/PGROUP/alerts?limit=100&offset=0'));
  });

  test('of what is grouped into one page, and reopened, is told to the owner once', async () => {
    const { becomes, does, says, arrives, messages, pagerDuty, store } = await openPaged('SQLite', { asks: true });
    await becomes(0.5);
    await becomes(0.5, 'mail.example.org');
    for (const each of pagerDuty.incidents) each.pageId = 'PGROUP';
    await does('resolved', { key: null });
    for (let again = 0; again < 2; again += 1) {
      store.advance(minute);
      await arrives(says('incident.reopened', { key: null }));
    }
    const told = messages().flatMap(({ text }) => (text?.includes('was reopened there') ? [text] : []));
    expect(told).toEqual([
      expect.stringContaining(`, of ${key} and placement:mail.example.org, was reopened there by`),
    ]);
  });

  test('about a page of the episode before and of none now changes nothing', async () => {
    const { becomes, says, expectNothingChanges, pagerDuty, store } = await openPaged('SQLite', { asks: true });
    await becomes(0.5);
    await becomes(0.9);
    store.advance(hour);
    await becomes(0.5);
    expect(pagerDuty.incidents).toHaveLength(2);
    store.advance(minute);
    const notes = await expectNothingChanges(says('incident.resolved', { key: null, incident: 0 }));
    expect(notes).toContainEqual(expect.stringContaining('already over: episode 1'));
  });

  test('waits until PagerDuty can be asked, and no event waits with it', async () => {
    const { becomes, says, hearPager, hear, route, incident, pagerDuty, store } = await openPaged('SQLite', {
      asks: true,
    });
    await becomes(0.5);
    store.advance(minute);
    pagerDuty.apiFaults.failNext({ retryAfter: '7' });
    await hearPager(says('incident.resolved', { key: null }));
    await hear({ domain: 'mail.example.org' });
    await route();
    expect(await incident('placement:mail.example.org')).toMatchObject({ open: true });
    store.advance(6 * second);
    await route();
    expect(pagerDuty.asked).toHaveLength(1);
    store.advance(2 * second);
    await route();
    expect(await incident()).toMatchObject({ open: false });
  });

  test('that cannot be asked about is a dead letter the owner hears of, and can be routed again', async () => {
    const { becomes, says, arrives, incident, ledger, lines, pagerDuty, messages, route, store } = await openPaged(
      'SQLite',
      {
        asks: true,
      },
    );
    await becomes(0.5);
    store.advance(minute);
    pagerDuty.apiFaults.failNext({ status: 403, body: '{}' });
    await arrives(says('incident.resolved', { key: null }));
    expect(await incident()).toMatchObject({ open: true });
    const { items } = await ledger.listDeliveries({ limit: 10, state: 'dead' });
    expect(items).toMatchObject([{ source: 'pagerduty', reason: expect.stringContaining('PagerDuty answered 403') }]);
    expect(messages().at(-1)?.text).toContain(
      'PagerDuty answered 403: PD_API_TOKEN has to be a key of this account that may read. Once that is mended:',
    );
    expect(JSON.stringify(lines)).not.toContain('made-up-api-token');
    await ledger.reroute({ dead: true });
    await route();
    expect(await incident()).toMatchObject({ open: false });
  });

  test('is given up after ten minutes of asking in vain', async () => {
    const { becomes, says, hearPager, route, ledger, pagerDuty, store } = await openPaged('SQLite', { asks: true });
    await becomes(0.5);
    pagerDuty.apiFaults.failAll('500');
    await hearPager(says('incident.resolved', { key: null }));
    for (let tried = 0; tried < 25; tried += 1) {
      await route();
      store.advance(30 * second);
    }
    expect(await ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 1 });
  });
});

describe('what is not ours', () => {
  test.each([
    ['an incident with another key', 'incident.resolved', { key: 'somebody-elses' }],
    ['an incident nobody told it of', 'incident.resolved', { key: 'placement:quiet.example.com' }],
    ['a note', 'incident.annotated', { data: { type: 'incident_note' } }],
    ['a type nobody knows', 'incident.brand_new', {}],
    ['a service', 'service.updated', { data: { type: 'service' } }],
  ])('changes nothing: %s', async (_, type, said) => {
    const { becomes, says, arrives, incident, messages, told, ledger } = await openPaged('SQLite');
    await becomes(0.5);
    const before = { messages: messages(), told: told() };
    const event = says('incident.triggered', said);
    event.event.event_type = type;
    const notes = await arrives(event);
    expect(notes.length).toBeGreaterThan(0);
    expect(await incident()).toMatchObject({ open: true });
    expect({ messages: messages(), told: told() }).toEqual(before);
    expect(await ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 0 });
  });

  test('is shown: whom it is assigned to, and its priority', async () => {
    const { becomes, says, arrives, incident } = await openPaged('SQLite');
    await becomes(0.5);
    const data = { assignees: [{ summary: 'Grace Hopper' }], priority: { summary: 'P2' } };
    const notes = await arrives(says('incident.reassigned', { data }));
    expect(notes[0]).toBe(
      "PagerDuty's incident #1201 (PINC1): incident.reassigned by Ada Lovelace (PagerDuty), priority P2, assigned to Grace Hopper",
    );
    expect(await incident()).toMatchObject({ pages: [{ assigned: 'Grace Hopper', priority: 'P2' }] });
  });
});
