import { describe, expect, test } from 'vitest';
import { acknowledge, resolveByHand, snooze } from '../../src/domain/incident/people.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { PersonsChange } from '../../src/pipeline/people.ts';
import { changeIncident, openKeysLike } from '../../src/pipeline/people.ts';
import { openIncident } from './open-incident.ts';
import type { Store } from './open-store.ts';
import { engines, hour, openStore, second } from './open-store.ts';

const key = 'placement:news.example.com';

const acknowledging =
  (by: string): PersonsChange =>
  (incident, at) =>
    acknowledge(incident, { by, at });
const resolving: PersonsChange = (incident, at) => resolveByHand(incident, { by: 'cli', at });

async function incidentUnder(ledger: Ledger, under = key) {
  return (await ledger.readIncidents([under])).get(under);
}

/** Tells all that is owed at this destination; what it was about. */
async function tellAll(ledger: Ledger, name: string) {
  const rooms = [{ address: `made:${name}`, slots: 100, leaseMs: second }];
  const { notifications } = await ledger.claimNotifications({ token: 'told', rooms, holding: [] });
  for (const claimed of notifications) {
    await ledger.record({
      id: claimed.id,
      token: claimed.token,
      outcome: { act: 'open', result: 'told', ref: 'r' },
      told: { opened: 'yes', parts: [] },
      next: { state: 'settled', revision: claimed.owedRevision },
      failures: 0,
      absorbed: 0,
    });
  }
  return notifications.map(({ key, episode }) => ({ key, episode }));
}

describe.each(engines)('what a person does to an incident, on %s,', (engine) => {
  async function opened(): Promise<{ store: Store; ledger: Ledger }> {
    const store = await openStore(engine);
    const ledger = await store.open();
    await openIncident(ledger, key, { to: ['chat', 'on-call'] });
    await Promise.all([tellAll(ledger, 'chat'), tellAll(ledger, 'on-call')]);
    store.advance(second);
    return { store, ledger };
  }

  test('is stored at the moment of the ledger, and owed to whoever was rung', async () => {
    const { store, ledger } = await opened();
    const answer = await changeIncident(ledger, key, (incident, at) =>
      acknowledge(incident, { by: 'cli', at, comment: 'on it' }),
    );
    const acknowledged = { by: 'cli', at: store.now(), comment: 'on it' };
    expect(answer).toMatchObject({ kind: 'changed', before: { revision: 1 }, after: { incident: { acknowledged } } });
    expect(await incidentUnder(ledger)).toMatchObject({ revision: 2, open: true, acknowledged });
    for (const name of ['chat', 'on-call']) {
      expect(await tellAll(ledger, name)).toMatchObject([{ key, episode: { revision: 2, acknowledged } }]);
    }
  });

  test('may be its end, which is owed to whoever was rung until then', async () => {
    const { store, ledger } = await opened();
    expect(await changeIncident(ledger, key, resolving)).toMatchObject({ kind: 'changed', after: { change: 'ended' } });
    expect(await incidentUnder(ledger)).toMatchObject({ open: false, rung: [] });
    const end = { why: 'by-hand', by: 'cli', at: store.now() };
    for (const name of ['chat', 'on-call']) {
      expect(await tellAll(ledger, name)).toMatchObject([{ key, episode: { end } }]);
    }
  });

  test('wakes the incident when its snooze is over', async () => {
    const { store, ledger } = await opened();
    await changeIncident(ledger, key, (incident, at) => snooze(incident, { by: 'cli', at, until: at + hour }));
    expect((await ledger.wakeable(10)).incidents).toEqual([]);
    store.advance(hour);
    expect((await ledger.wakeable(10)).incidents).toMatchObject([{ key, snoozed: { by: 'cli' } }]);
  });

  test('changes nothing where nothing is open, and says why', async () => {
    const { ledger } = await opened();
    expect(await changeIncident(ledger, 'placement:none', resolving)).toEqual({ kind: 'unknown' });
    await changeIncident(ledger, key, resolving);
    const before = await incidentUnder(ledger);
    const again = await changeIncident(ledger, key, acknowledging('late'));
    expect(again).toMatchObject({
      kind: 'unchanged',
      incident: before,
      why: expect.stringContaining('nothing is open'),
    });
    expect(await incidentUnder(ledger)).toEqual(before);
  });

  test('of twelve at once through two openings, is done for one of them', async () => {
    const { store, ledger } = await opened();
    const ledgers = [ledger, await store.open()];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => changeIncident(ledgers[i % 2] ?? ledger, key, acknowledging(`p${i}`))),
    );
    const done = answers.filter((each) => each.kind === 'changed');
    expect(done).toHaveLength(1);
    const by = (await incidentUnder(ledger))?.acknowledged?.by;
    expect(done).toMatchObject([{ after: { incident: { acknowledged: { by } } } }]);
    for (const each of answers.filter((one) => one.kind !== 'changed')) {
      expect(each).toMatchObject({ kind: 'unchanged', why: expect.stringContaining(`already acknowledged by ${by}`) });
    }
  });

  test('is done on top of what came in between', async () => {
    const { store, ledger } = await opened();
    const another = await store.open();
    let between = 2;
    const disturbed: Ledger = {
      ...ledger,
      async commit(commits) {
        between -= 1;
        if (between >= 0) await openIncident(another, key, { rule: `other-${between}`, to: [`other-${between}`] });
        return ledger.commit(commits);
      },
    };
    expect(await changeIncident(disturbed, key, acknowledging('cli'))).toMatchObject({ kind: 'changed' });
    const incident = await incidentUnder(ledger);
    expect(incident).toMatchObject({ revision: 4, acknowledged: { by: 'cli' } });
    expect(incident?.causes.map(({ rule }) => rule)).toEqual(['inbox-rate-low', 'other-1', 'other-0']);
  });

  test('gives up on what never stands still, and says so', async () => {
    const { ledger } = await opened();
    const restless: Ledger = { ...ledger, commit: async (commits) => commits.map(() => 'conflict') };
    expect(await changeIncident(restless, key, acknowledging('cli'))).toEqual({ kind: 'busy' });
    expect(await incidentUnder(ledger)).toMatchObject({ revision: 1 });
  });

  test.each(['ключ 🔔', 'a\nb', '__proto__', ' ', '"; DROP', `${'漢'.repeat(254)}x`])(
    'is done under the key %j',
    async (odd) => {
      const { ledger } = await opened();
      await openIncident(ledger, odd);
      expect(await changeIncident(ledger, odd, resolving)).toMatchObject({ kind: 'changed' });
      expect(await incidentUnder(ledger, odd)).toMatchObject({ open: false });
    },
  );

  test('has words for a key that is misspelt: the open ones that are meant', async () => {
    const { ledger } = await opened();
    await openIncident(ledger, 'placement:over.example.com');
    await changeIncident(ledger, 'placement:over.example.com', resolving);
    await openIncident(ledger, 'auth:news.example.com');
    expect(await openKeysLike(ledger, 'placement:new.example.com')).toEqual([key]);
    expect((await openKeysLike(ledger, 'News.example.com')).sort()).toEqual(['auth:news.example.com', key]);
    expect(await openKeysLike(ledger, 'over.example.com')).toEqual([]);
    expect(await openKeysLike(ledger, ' ')).toEqual([]);
  });
});

/** The best of three: another process may have been busy meanwhile. */
async function msFor(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return Math.min(...times);
}

const middle = 'a'.repeat(247);

test.each([
  ['like each of them but for both its ends', `xxx${middle}xxx`],
  ['as long as they are', 'x'.repeat(255)],
  ['longer than any key may be', 'x'.repeat(3_000)],
])('a word %s is compared with a thousand long keys in a moment', async (_, word) => {
  const items = Array.from({ length: 1_000 }, (_, i) => ({ key: `${i}`.padStart(4, '0') + middle + 'b'.repeat(4) }));
  const ledger = { listIncidents: async () => ({ items }) } as unknown as Pick<Ledger, 'listIncidents'>;
  expect(await msFor(() => openKeysLike(ledger, word))).toBeLessThan(500);
});
