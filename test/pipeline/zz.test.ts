import { test } from 'vitest';
import { openPipeline, rateLow, key } from './open-pipeline.ts';
import { openStore, minute, hour, second } from './open-store.ts';
test('x', async () => {
  const store = await openStore('SQLite'); let el = 0;
  const p = await openPipeline({ store, elapsedMs: () => el, rules: [{ ...rateLow, resolveAfter: '30m' }] });
  const pass = async (ms: number) => { for (let i = 0; i < ms; i += second) { el += second; store.advance(second); await p.watch(); await p.route(); } };
  await pass(minute); await p.hear({ inboxRate: 0.5, atMs: store.now() }); await p.route();
  const inc = async () => (await p.ledger.findIncident(key))?.incident;
  console.log((await inc())?.wakeAt, store.now());
  await pass(5 * minute + 3*second);
  store.advance(hour);
  for (let i = 0; i < 20; i++) { await pass(second); const w = await p.ledger.wakeable(5); console.log(i, (await inc())?.open, (await inc())?.wakeAt, w.now, w.incidents.length, w.gaps); }
});
