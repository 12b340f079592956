import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import {
  aKnownAddress,
  anIncident,
  anOwed,
  aRecord,
  aRevision,
  aRoom,
  aSilence,
  claimFrom,
  claimOnly,
  giveUp,
  heard,
  hold,
  minute,
  owe,
  second,
  tell,
} from './ledger-contract-samples.ts';
import { openOn } from './redis-harness.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

let serving: Ledger;
let person: Ledger;
beforeEach(async () => {
  const prefix = randomUUID();
  [serving, person] = await Promise.all([openOn(server.url, { prefix }), openOn(server.url, { prefix })]);
  onTestFinished(async () => void (await Promise.all([serving.close(), person.close()])));
});

/** How long it takes until the serving process has heard of the work that was made. */
async function msUntilHeard(work: 'route' | 'notify' | 'watch', make: () => Promise<unknown>): Promise<number> {
  const askedAt = performance.now();
  await Promise.all([heard(serving, work), make()]);
  return performance.now() - askedAt;
}

describe('a serving process hears within a second', () => {
  test('that a silence was ended by another, and has what that held', async () => {
    await person.keepSilence(aSilence({ id: 's' }));
    const id = await owe(serving, 'k');
    await hold(serving, await claimOnly(serving), { state: 'waiting', for: 'silence:s', afterMs: 10 * minute });

    expect(await msUntilHeard('notify', () => person.expireSilence('s', 'cli:ops'))).toBeLessThan(second);

    const answer = await serving.claimNotifications({ token: 't', rooms: [aRoom()], holding: [] });
    expect(answer).toMatchObject({ notifications: [{ id }], silences: [] });
  });

  test('that a person ended an incident, and has its end', async () => {
    await serving.commit([aRevision('k')]);
    await serving.record(aRecord(await claimOnly(serving)));

    const ended = aRevision('k', { revision: 2, over: { open: false } });
    expect(await msUntilHeard('notify', () => person.commit([ended]))).toBeLessThan(second);

    expect(await claimOnly(serving)).toMatchObject({ key: 'k', owedRevision: 2 });
  });

  test('that a person snoozed one that was held back, and when it is to look again', async () => {
    await serving.commit([aRevision('k')]);
    await hold(serving, await claimOnly(serving), { state: 'waiting', for: 'snooze:k', afterMs: 10 * minute });
    const wakeAt = (await person.now()) - 1;

    const over = { snoozed: { by: 'ops', at: 1, until: wakeAt }, wakeAt };
    const snoozed = aRevision('k', { revision: 2, over });
    const works = Promise.all([msUntilHeard('watch', () => person.commit([snoozed])), heard(serving, 'notify')]);
    expect((await works)[0]).toBeLessThan(second);

    expect((await serving.wakeable(10)).incidents).toEqual([anIncident('k', 2, over)]);
    expect(await claimOnly(serving)).toMatchObject({ id: anOwed('k').id, owedRevision: 2 });
  });

  test('that a person revived what was dead', async () => {
    const id = await giveUp(serving, 'k');

    expect(await msUntilHeard('notify', () => person.revive({ dead: true }))).toBeLessThan(second);

    expect(await claimOnly(serving)).toMatchObject({ id });
  });

  test('that a person confirmed a file', async () => {
    expect(await msUntilHeard('watch', () => person.confirmFile('f'))).toBeLessThan(second);

    expect(await serving.isConfirmed('f')).toBe(true);
  });
});

describe('two processes at once', () => {
  test('see one another among the workers', async () => {
    const worker = { file: 'f', rules: {}, sources: [], addresses: [] };
    await Promise.all([
      serving.announce({ ...worker, id: 'a' }, minute),
      person.announce({ ...worker, id: 'b' }, minute),
    ]);

    expect((await serving.listWorkers()).map((each) => each.id).sort()).toEqual(['a', 'b']);
    await person.leave('b');
    expect((await serving.listWorkers()).map((each) => each.id)).toEqual(['a']);
  });

  test('take up the same addresses: what was dead is owed once', async () => {
    const id = await giveUp(serving, 'k');
    await tell(serving, 'other');

    await Promise.all([serving, person].map((each) => each.takeUp([aKnownAddress('slack:C1')])));

    expect(await claimFrom(serving)).toMatchObject([{ id }]);
    expect(await person.takeUp([aKnownAddress('slack:C1')])).toEqual([]);
  });

  test('keep a silence under one id once', async () => {
    const kept = await Promise.all([serving, person].map((each) => each.keepSilence(aSilence({ id: 's' }))));

    expect(kept[0]).toEqual(kept[1]);
    expect(await serving.listSilences({ over: true })).toEqual([kept[0]]);
  });
});
