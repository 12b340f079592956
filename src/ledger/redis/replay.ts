import type { Delivery } from '../../domain/event.ts';
import type { History } from '../history.ts';
import { readMs, type Store } from './store.ts';

/** Redis does nothing else while it gathers a page. */
const pageBytes = 4 * 1024 ** 2;

/** Deliveries as they came, to be gone through once more. */
export function replayIn(store: Store): Pick<History, 'readDeliveries'> {
  const replay = store.script('replay-deliveries');
  return {
    async readDeliveries({ sinceMs, after, limit }) {
      const args = [Number(after) || 0, limit, sinceMs, pageBytes];
      const [last, found] = (await replay(args, { withinMs: readMs, asBytes: true })) as [Buffer | null, Buffer[]];
      return { items: deliveriesOf(found), ...(last !== null && { next: String(last) }) };
    },
  };
}

/** Five columns of each, one after the other. */
function deliveriesOf(columns: Buffer[]): Delivery[] {
  const items: Delivery[] = [];
  for (let i = 0; i + 4 < columns.length; i += 5) {
    const [seq, id, head, receivedAt, body = Buffer.alloc(0)] = columns.slice(i, i + 5);
    const { source, type } = JSON.parse(String(head)) as { source: string; type: string };
    items.push({ seq: Number(seq), source, id: String(id), type, body, receivedAt: Number(receivedAt) });
  }
  return items;
}
