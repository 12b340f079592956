import type { KnownAddress, Workers } from '../workers.ts';
import { addressName } from './change-arguments.ts';
import { indexIn } from './notification-index.ts';
import { readMs, type Store } from './store.ts';

/** For so long an address is known after it was taken up, though nothing is kept of it. */
export const addressesMs = 35 * 24 * 60 * 60_000;

const writeMs = 5_000;

/** Where something can be told, and could be told before. */
export function addressesIn(
  store: Store,
  reviveAt: (addresses: string[]) => Promise<void>,
): Pick<Workers, 'takeUp' | 'listAddresses'> {
  const remember = store.script('remember-addresses');
  const list = store.script('list-addresses');
  const index = indexIn(store);

  async function credentialsOf(names: string[]): Promise<(string | undefined)[]> {
    const found = await store.read((client) => client.hmget(store.column('addresses'), ...names));
    return found.map((json) => (json === null ? undefined : (JSON.parse(json) as KnownAddress).credential));
  }

  return {
    // Remembered last: whoever dies in between finds them new again.
    async takeUp(addresses) {
      const last = new Map(addresses.map((each) => [addressName(each.address), each]));
      if (last.size === 0) return [];
      const credentials = await credentialsOf([...last.keys()]);
      const taken = [...last.values()].filter((each, i) => each.credential !== credentials[i]);
      const takenAddresses = taken.map((each) => each.address);
      await reviveAt(takenAddresses);
      const args = [...last].flatMap(([name, known]) => [name, JSON.stringify(known)]);
      await remember([last.size, ...args], { withinMs: writeMs, replicated: true });
      return takenAddresses;
    },

    async listAddresses() {
      await index();
      const found = (await list([addressesMs], { withinMs: readMs })) as string[];
      return found.map((json) => JSON.parse(json) as KnownAddress);
    },
  };
}
