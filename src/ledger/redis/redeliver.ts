import { randomUUID } from 'node:crypto';
import type { Inbox } from '../inbox.ts';
import type { Outbox } from '../outbox.ts';
import { addressName } from './change-arguments.ts';
import type { Argument, Call, Store } from './store.ts';

const writeMs = 5_000;
/** As many in one call: a hundred thousand at once would hold up those that accept. */
const atOnce = 500;

type Redelivery = Pick<Outbox, 'revive'> &
  Pick<Inbox, 'reroute'> & {
    /** Makes all the dead at these addresses owed again. */
    reviveAt(addresses: string[]): Promise<void>;
  };

/**
 * What was given up is owed, or unrouted, again. All that is dead is listed first, and then taken up some at a call:
 * what dies meanwhile stays dead, and whoever dies in between has left each either as it was or done.
 */
export function redeliverIn(store: Store): Redelivery {
  const died = store.script('died');
  const revive = store.script('revive');
  const reroute = store.script('reroute');

  const reviveThese = (ids: string[], only: { dead: boolean; addresses: string[] }) => {
    const chosen = [only.dead ? 1 : 0, only.addresses.length, ...only.addresses.map(addressName)];
    return sumOver(ids, (some) => revive([store.channel, ...chosen, some.length, ...some], counted()));
  };

  const reviveDead = async (addresses: string[], diedWithinMs?: number) => {
    const ids = (await died([diedWithinMs ?? ''], { withinMs: writeMs })) as string[];
    return reviveThese(ids, { dead: true, addresses });
  };

  const rerouteThese = (seqs: Argument[], withinMs: Argument) =>
    sumOver(seqs, (some) => reroute([store.channel, withinMs, some.length, ...some], counted()));

  return {
    async revive(chosen) {
      if ('ids' in chosen) return reviveThese(chosen.ids, { dead: false, addresses: [] });
      return reviveDead(chosen.address === undefined ? [] : [chosen.address], chosen.diedWithinMs);
    },

    async reviveAt(addresses) {
      if (addresses.length > 0) await reviveDead(addresses);
    },

    async reroute(chosen) {
      if ('seqs' in chosen) return rerouteThese(chosen.seqs, '');
      const seqs = await store.read((client) => client.zrange(store.column('dead'), 0, '-1'));
      return rerouteThese(seqs, chosen.diedWithinMs ?? '');
    },
  };
}

/** Calls with some of the members at a time; the sum of what is answered. */
async function sumOver(members: Argument[], call: (some: Argument[]) => Promise<unknown>): Promise<number> {
  let sum = 0;
  for (let from = 0; from < members.length; from += atOnce) {
    sum += Number(await call(members.slice(from, from + atOnce)));
  }
  return sum;
}

/** A token of its own lets a call that is sent again, because nobody answered, still say how many there were. */
function counted(): Call {
  return { withinMs: writeMs, token: randomUUID(), replicated: true };
}
