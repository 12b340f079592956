import type { Ways } from '../domain/telling/notification.ts';
import type { Destination, Order, Result } from './destination.ts';

/**
 * Stands for an address at which something is owed, and to which no destination leads any more. It calls nobody and
 * refuses with words that say where to look, so that what is owed is dead and shown rather than forgotten.
 */
export function absentDestination(settings: {
  address: string;
  /** The label it last went by, or the address. */
  name: string;
  type: Destination['type'];
}): Destination {
  const { address, name, type } = settings;
  const where = name === address ? address : `${name} (${address})`;
  const reason = `no destination in the rules file leads to ${where} any more`;

  async function tell({ key }: Order): Promise<Result> {
    return { kind: 'refused', reason: `${reason}; its dedup key there is ${key}` };
  }

  return {
    name,
    type,
    address,
    credential: '',
    ways: waysOf(type),
    timeoutMs: 1_000,
    pace: 'none',
    tell,
    find: async () => ({ kind: 'refused', reason }),
    examine: async () => [{ is: 'fault', words: reason }],
    budget: () => 'none',
    close: async () => {},
  };
}

/** What stands there is judged as by the type that told it; nothing is asked for besides, and nothing waited for. */
function waysOf(type: Destination['type']): Ways {
  return {
    edits: type !== 'slack-webhook',
    folds: type === 'pagerduty',
    finds: false,
    threads: false,
    acknowledges: false,
    editEveryMs: 0,
    fallbackAfterMs: 0,
  };
}
