import type { Ledger } from '../../ledger/ledger.ts';
import { credentialRefused } from './parking.ts';

const pageSize = 200;

/**
 * Makes due what a process before this one left waiting for another credential, all of it or at these addresses: how
 * much there was. Whether the credential is good now is seen by the first call.
 */
export async function unpark(
  ledger: Pick<Ledger, 'listNotifications' | 'revive'>,
  addresses?: ReadonlySet<string>,
): Promise<number> {
  let after: string | undefined;
  let found = 0;
  do {
    const asked = { state: 'due', limit: pageSize, ...(after === undefined ? {} : { after }) } as const;
    const page = await ledger.listNotifications(asked);
    const parked = page.items.filter(({ reason, address }) => {
      return reason?.startsWith(credentialRefused) && (!addresses || addresses.has(address));
    });
    if (parked.length > 0) await ledger.revive({ ids: parked.map(({ id }) => id) });
    found += parked.length;
    after = page.next;
  } while (after !== undefined);
  return found;
}
