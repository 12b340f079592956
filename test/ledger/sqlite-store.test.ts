import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { syncedByCommit } from '../../src/ledger/sqlite/log-sync.ts';
import { makeStore } from '../../src/ledger/sqlite/store.ts';

function openStore(log = syncedByCommit) {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE kept (name TEXT PRIMARY KEY, body BLOB)');
  const insert = db.prepare('INSERT INTO kept VALUES (:name, :body)');
  const keep = (name: string, bytes = 1) => insert.run({ name, body: Buffer.alloc(bytes) });
  const names = () =>
    db
      .prepare('SELECT name FROM kept ORDER BY name')
      .all()
      .map((row) => row.name);
  return { db, keep, names, store: makeStore({ db, path: 'test.db', clock: Date.now, log }) };
}

const settle = (promises: Promise<unknown>[]) =>
  Promise.allSettled(promises).then((all) => all.map((each) => each.status));

test('a write that throws is undone by itself; the others of its turn stand', async () => {
  const { keep, names, store } = openStore();

  const answers = await settle([
    store.write(() => keep('a')),
    store.write(() => {
      keep('half');
      throw new Error('broken');
    }),
    store.write(() => keep('a')),
    store.write(() => keep('b')),
  ]);

  expect(answers).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(names()).toEqual(['a', 'b']);
  await store.close();
});

test('the writes of one turn are one transaction', async () => {
  const { db, keep, store } = openStore();
  const inTransaction: boolean[] = [];
  const count = () => Number(db.prepare('SELECT count(*) AS count FROM kept').get()?.count);

  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      store.write(() => {
        inTransaction.push(db.isTransaction && count() === inTransaction.length);
        keep(name);
      }),
    ),
  );

  expect(inTransaction).toEqual([true, true, true]);
  await store.close();
});

test('a full disk is an outage; what still fits is kept', async () => {
  const { db, keep, names, store } = openStore();
  db.exec('PRAGMA max_page_count = 20');

  const tooMuch = store.write(() => keep('large', 200_000));
  await expect(tooMuch).rejects.toThrow(LedgerUnavailable);
  await expect(tooMuch).rejects.toThrow(/test\.db: the disk is full/);

  await store.write(() => keep('small'));
  expect(names()).toEqual(['small']);
  await store.close();
});

test('a fault of the program is not called an outage', async () => {
  const { store } = openStore();

  await expect(store.write(() => JSON.parse('{'))).rejects.toThrow(SyntaxError);
  await expect(store.read(() => JSON.parse('{'))).rejects.toThrow(SyntaxError);
  await store.close();
});

test('tells the listeners once the write is committed, and nothing of a write undone', async () => {
  const { db, keep, store } = openStore();
  const heard: [string, boolean][] = [];
  store.onWork((work) => heard.push([work, db.isTransaction]));

  await store.write(() => {
    keep('a');
    store.announce('route');
    store.announce('route');
  });
  db.exec('DROP TABLE kept');
  await store
    .write(() => {
      store.announce('notify');
      keep('b');
    })
    .catch(() => undefined);

  expect(heard).toEqual([['route', false]]);
  await store.close();
});

test('a write is answered and told of only once the disk has it', async () => {
  const disk = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const sync = () => {
    asked.resolve();
    return disk.promise;
  };
  const { keep, store } = openStore({ sync, close: () => {} });
  const happened: string[] = [];
  store.onWork(() => happened.push('told'));

  const written = store
    .write(() => {
      keep('a');
      store.announce('route');
    })
    .then(() => happened.push('answered'));
  await asked.promise;
  happened.push('on the disk');
  disk.resolve();
  await written;

  expect(happened).toEqual(['on the disk', 'told', 'answered']);
  await store.close();
});

test('after the disk failed nothing is taken or shown any more', async () => {
  const { keep, store } = openStore({ sync: () => Promise.reject(new Error('EIO')), close: () => {} });

  const written = store.write(() => keep('a'));
  const behind = store.write(() => keep('b'));

  await expect(written).rejects.toThrow(/test\.db: the disk failed/);
  await expect(behind).rejects.toThrow(LedgerUnavailable);
  await expect(store.write(() => keep('c'))).rejects.toThrow(LedgerUnavailable);
  await expect(store.read(() => 'a')).rejects.toThrow(LedgerUnavailable);
  await store.close();
});
