import { describe, expect, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import type { SourceType } from '../../src/sources/source.ts';
import { madeDestination } from './made-destination.ts';
import { key, openPipeline } from './open-pipeline.ts';
import { engines, openStore, second } from './open-store.ts';

/** An adapter with a bug: it throws at some deliveries. */
function throwingAt(...ids: string[]): SourceType {
  return {
    ...inboxCheck,
    normalise(delivery) {
      const normalised = inboxCheck.normalise(delivery);
      if (ids.includes(normalised.event.id)) throw new TypeError('cannot read this');
      return normalised;
    },
  };
}

describe.each(engines)('a routing that throws, on %s', (engine) => {
  test('keeps nothing else of its batch from being routed', async () => {
    const { ledger, hear, route } = await openPipeline({
      store: await openStore(engine),
      sources: { 'inbox-check': throwingAt('dlv_bad') },
    });
    await hear({ domain: 'before.example.com' });
    await hear({ id: 'dlv_bad' });
    await hear({ domain: 'after.example.com' });
    await route();
    expect(await ledger.backlog()).toMatchObject({ unrouted: 1, openIncidents: 2, deadDeliveries: 0 });
  });

  test('is tried again after 2, 4, 8 and 16 s, and then is a dead letter the owner is told of once', async () => {
    const chat = madeDestination();
    const { ledger, store, hear, route, tell, lines } = await openPipeline({
      store: await openStore(engine),
      destinations: [chat],
      owner: 'chat',
      sources: { 'inbox-check': throwingAt('dlv_bad') },
    });
    await hear({ id: 'dlv_bad' });
    const failures = () => lines.filter(({ msg }) => msg === 'delivery.routing-failed').length;
    await route();
    for (const [i, pause] of [2, 4, 8, 16].entries()) {
      store.advance(pause * second - 1);
      await route();
      expect(failures()).toBe(i + 1);
      expect((await ledger.findDeliveries('dlv_bad'))[0]?.state).toBe('unrouted');
      store.advance(1);
      await route();
      expect(failures()).toBe(i + 2);
    }
    await tell();
    store.advance(3_600 * second);
    await route();
    await tell();
    expect(failures()).toBe(5);
    expect(await ledger.findDeliveries('dlv_bad')).toMatchObject([
      { state: 'dead', reason: 'cannot read this', trace: { error: 'cannot read this' } },
    ]);
    expect(chat.standing).toMatchObject([{ key: 'owner:delivery:inbox-check:dlv_bad', state: 'notice', told: 1 }]);
    expect(chat.standing[0]?.title).toContain('dlv_bad from inbox-check could not be routed and is a dead letter');
  });

  test('once and no more costs nothing but the pause', async () => {
    let broken = true;
    const passing: SourceType = {
      ...inboxCheck,
      normalise(delivery) {
        if (broken) throw new Error('not yet');
        return inboxCheck.normalise(delivery);
      },
    };
    const { ledger, store, hear, route } = await openPipeline({
      store: await openStore(engine),
      sources: { 'inbox-check': passing },
    });
    await hear({ id: 'dlv_1' });
    await route();
    broken = false;
    store.advance(2 * second);
    await route();
    expect(await ledger.findDeliveries('dlv_1')).toMatchObject([{ state: 'routed' }]);
    expect((await ledger.findIncident(key))?.incident).toMatchObject({ open: true });
  });

  test('without an owner is a dead letter all the same', async () => {
    const { ledger, store, hear, route } = await openPipeline({
      store: await openStore(engine),
      sources: { 'inbox-check': throwingAt('dlv_bad') },
    });
    await hear({ id: 'dlv_bad' });
    for (let i = 0; i < 5; i += 1) {
      await route();
      store.advance(60 * second);
    }
    expect(await ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 1, owed: 0 });
  });
});

describe.each(engines)('a delivery of a source that is not configured any more, on %s', (engine) => {
  test('waits for it, and is a dead letter that names it when it does not come back', async () => {
    const store = await openStore(engine);
    const without = await openPipeline({ store, sources: {} });
    await without.hear({ id: 'dlv_1' });
    await without.hear({ id: 'dlv_2' });
    await without.route();
    const restored = await openPipeline({ store });
    store.advance(2 * second);
    const [first] = await restored.ledger.findDeliveries('dlv_1');
    expect(first?.state).toBe('unrouted');
    await restored.route();
    expect(await restored.ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 0 });

    await without.hear({ id: 'dlv_3' });
    for (let i = 0; i < 5; i += 1) {
      await without.route();
      store.advance(60 * second);
    }
    expect(await without.ledger.findDeliveries('dlv_3')).toMatchObject([
      {
        state: 'dead',
        reason: 'no source "inbox-check" is in the rules file any more: put it back, then tocsin redeliver dlv_3',
      },
    ]);
  });

  test('is left to the process that still knows it, however long that takes', async () => {
    const store = await openStore(engine);
    const feeding = [{ rules: {}, sources: ['inbox-check'] }];
    const without = await openPipeline({ store, sources: {}, feeding });
    await without.hear({ id: 'dlv_1' });
    for (let i = 0; i < 8; i += 1) {
      await without.route();
      store.advance(60 * second);
    }
    const other = await openPipeline({ store });
    await other.route();
    expect(await other.ledger.findDeliveries('dlv_1')).toMatchObject([{ state: 'routed' }]);
  });
});

describe.each(engines)('a source that only another process knows, on %s', (engine) => {
  test('is left to that one, however often, and one hiccup there is one', async () => {
    const store = await openStore(engine);
    const feeding = [{ rules: {}, sources: ['inbox-check'] }];
    const stranger = await openPipeline({ store, sources: {}, feeding });
    const id = await stranger.hear();
    for (let i = 0; i < 6; i += 1) {
      await stranger.route();
      store.advance(2 * second);
    }
    const { route, ledger } = await openPipeline({ store, sources: { 'inbox-check': throwingAt(id) } });
    await route();
    expect(await ledger.findDeliveries(id)).toMatchObject([{ state: 'unrouted' }]);
    expect(stranger.lines.filter(({ msg }) => msg === 'delivery.left-to-another')).toHaveLength(6);
  });
});

describe.each(engines)('a router that lost its lease, on %s', (engine) => {
  test('changes nothing: who claimed it next has routed it', async () => {
    const store = await openStore(engine);
    const other = await openPipeline({ store });
    const { ledger, hear, route, lines } = await openPipeline({
      store,
      over: (plain) => ({
        async commit(commits) {
          store.advance(10 * second);
          await other.route();
          return plain.commit(commits);
        },
      }),
    });
    await hear({ id: 'dlv_1' });
    await route();
    expect((await ledger.findIncident(key))?.incident).toMatchObject({ revision: 1, episode: 1 });
    expect(other.lines).toMatchObject([{ msg: 'delivery.routed', id: 'dlv_1' }]);
    expect(lines).toMatchObject([{ msg: 'delivery.routed-elsewhere', id: 'dlv_1' }]);
  });

  test('to conflicts without end gives its deliveries back, and they are routed later', async () => {
    let conflicts = 0;
    const { ledger, hear, route } = await openPipeline({
      store: await openStore(engine),
      chance: 0,
      over: (plain) => ({
        async commit(commits) {
          conflicts += 1;
          return conflicts <= 60 ? commits.map(() => 'conflict' as const) : plain.commit(commits);
        },
      }),
    });
    await hear({ id: 'dlv_1' });
    await route();
    expect(conflicts).toBe(61);
    expect(await ledger.findDeliveries('dlv_1')).toMatchObject([{ state: 'routed' }]);
  });

  test('to an answer that got lost asks again, and routes what it was given', async () => {
    let lost = 0;
    const { ledger, hear, route } = await openPipeline({
      store: await openStore(engine),
      over: (plain) => ({
        async claimDeliveries(claim) {
          const answer = await plain.claimDeliveries(claim);
          lost += 1;
          if (lost === 1) throw new LedgerUnavailable('no answer');
          return answer;
        },
      }),
    });
    const id = await hear();
    await expect(route()).rejects.toThrow('no answer');
    await route();
    expect(await ledger.findDeliveries(id)).toMatchObject([{ state: 'routed' }]);
  });

  test('because its process died leaves what it held to the next', async () => {
    const store = await openStore(engine);
    const dying = await openPipeline({
      store,
      over: () => ({ commit: () => Promise.reject(new LedgerUnavailable('gone')) }),
    });
    const id = await dying.hear();
    await expect(dying.route()).rejects.toThrow('gone');
    const next = await openPipeline({ store });
    await next.route();
    expect((await next.ledger.findDeliveries(id))[0]?.state).toBe('unrouted');
    store.advance(10 * second);
    await next.route();
    expect((await next.ledger.findDeliveries(id))[0]?.state).toBe('routed');
  });
});
