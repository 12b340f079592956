import type { KnownAddress, Workers } from '../workers.ts';
import type { Reviving } from './reviving.ts';
import type { Store } from './store.ts';

/** How long an address is known where nothing is kept: as long as a sender may still replay what it led to. */
export const addressesKeptMs = 35 * 24 * 60 * 60_000;

export function makeAddresses(
  { db, clock, write, read }: Store,
  reviveAt: Reviving['reviveAt'],
): Pick<Workers, 'takeUp' | 'listAddresses'> {
  const credentialOf = db.prepare('SELECT credential FROM addresses WHERE address = :address');
  const keep = db.prepare(
    `INSERT OR REPLACE INTO addresses (address, type, destination, credential, taken_up_at)
     VALUES (:address, :type, :destination, :credential, :now)`,
  );
  const list = db.prepare(
    `SELECT address, type, destination, credential FROM addresses a
      WHERE taken_up_at >= :since OR EXISTS (SELECT 1 FROM notifications n WHERE n.address = a.address)`,
  );

  function takeUp(addresses: KnownAddress[]): string[] {
    const now = clock();
    const changed: string[] = [];
    for (const known of new Map(addresses.map((each) => [each.address, each])).values()) {
      const { address, type, destination, credential } = known;
      if (credentialOf.get({ address })?.credential !== credential) changed.push(address);
      keep.run({ address, type, destination, credential, now });
    }
    if (changed.length > 0) reviveAt(changed, now);
    return changed;
  }

  return {
    takeUp: (addresses) => write(() => takeUp(addresses)),
    listAddresses: () =>
      read(() => list.all({ since: clock() - addressesKeptMs }).map((row) => ({ ...row }) as KnownAddress)),
  };
}
