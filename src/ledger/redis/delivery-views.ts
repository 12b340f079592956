import type { Trace } from '../../domain/trace.ts';
import type { DeliveryState, History, KeptDelivery, KeptRefusal } from '../history.ts';
import { newestIn, pageOf } from './newest.ts';
import { pairsOf } from './pairs.ts';
import { readMs, type Store } from './store.ts';

/** As many deliveries are looked at in one go for those of one source. */
const lookedAt = 100;

/** Deliveries and refusals, for people. */
export function deliveryViews(store: Store): Pick<History, 'listDeliveries' | 'findDeliveries' | 'listRefusals'> {
  const newest = newestIn(store);
  const read = readIn(store);

  return {
    async listDeliveries({ limit, after, state, source }) {
      const columns = state === undefined ? ['unrouted', 'routed', 'dead'] : [state];
      const items: KeptDelivery[] = [];
      for (let below = after; items.length <= limit; ) {
        const found = await newest(columns, below, source === undefined ? limit + 1 : lookedAt);
        below = found.at(-1)?.[0];
        if (below === undefined) break;
        const kept = await read(
          found.map(([seq]) => seq),
          false,
        );
        items.push(...kept.filter((each) => source === undefined || each.source === source));
      }
      return pageOf(items, limit, (item) => item.seq);
    },

    async findDeliveries(id) {
      const column = store.column('deliveries_by_id');
      const names = await store.read((client) => client.zrangebylex(column, `[${id}\n`, `(${id}\n:`));
      const found = await read(
        names.map((name) => name.slice(name.lastIndexOf('\n') + 1)),
        true,
      );
      return found.filter((each) => each.id === id).sort((a, b) => b.seq - a.seq);
    },

    async listRefusals() {
      const list = await store.read((client) => client.lrange(store.column('refusals'), 0, -1));
      return pairsOf(list).map(([at, json]) => ({ at: Number(at), ...(JSON.parse(json) as Omit<KeptRefusal, 'at'>) }));
    },
  };
}

/** Reads deliveries by their numbers, in full with body and trace. */
function readIn(store: Store): (seqs: string[], inFull: boolean) => Promise<FoundDelivery[]> {
  const read = store.script('read-deliveries');
  return async (seqs, inFull) => {
    const args = [inFull ? 1 : 0, seqs.length, ...seqs];
    return ((await read(args, { withinMs: readMs, asBytes: true })) as DeliveryRow[]).map(deliveryOf);
  };
}

type FoundDelivery = KeptDelivery & { body?: Uint8Array; trace?: Trace };
type DeliveryRow = [
  seq: Buffer,
  id: Buffer,
  head: Buffer,
  receivedAt: Buffer,
  bytes: number,
  state: Buffer,
  reason: Buffer | null,
  body: Buffer | null,
  trace: Buffer | null,
];

function deliveryOf([seq, id, head, receivedAt, bytes, state, reason, body, trace]: DeliveryRow): FoundDelivery {
  const { source, type } = JSON.parse(String(head)) as { source: string; type: string };
  return {
    seq: Number(seq),
    source,
    id: String(id),
    type,
    receivedAt: Number(receivedAt),
    bytes,
    state: String(state) as DeliveryState,
    ...(reason !== null && { reason: String(reason) }),
    ...(body !== null && { body }),
    ...(trace !== null && { trace: JSON.parse(String(trace)) as Trace }),
  };
}
