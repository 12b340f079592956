import type { Ways } from '../domain/telling/notification.ts';
import type { Destination, Order } from './destination.ts';

/** Renders what the real destination would have got, shows it, and sends nothing. */
export function preview(settings: {
  name: string;
  address: string;
  ways: Ways;
  render: (order: Order) => unknown;
  show: (rendered: unknown) => void;
}): Destination {
  const { name, address, ways, render, show } = settings;
  return {
    name,
    type: 'preview',
    address,
    credential: 'preview',
    ways,
    timeoutMs: 1_000,
    pace: 'none',
    tell: async (order) => {
      show(render(order));
      return { kind: 'told', ref: refOf(order) };
    },
    find: async () => ({ kind: 'absent' }),
    examine: async () => [{ is: 'ok', words: 'shows in the log what would be told' }],
    budget: ({ act }) => act,
    close: async () => {},
  };
}

/** A reply is a message of its own, below what it refers to. */
function refOf({ act, ref, notificationId }: Order): string {
  return act === 'reply' || ref === undefined ? `preview:${notificationId}` : ref;
}
