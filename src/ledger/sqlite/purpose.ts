import type { Ledger } from '../ledger.ts';
import type { Store } from './store.ts';

export function makePurpose({ db, write }: Pick<Store, 'db' | 'write'>): Ledger['purpose'] {
  const say = db.prepare("INSERT OR IGNORE INTO meta VALUES ('purpose', :mine)");
  const said = db.prepare("SELECT value FROM meta WHERE name = 'purpose'");
  return (mine) =>
    write(() => {
      say.run({ mine });
      return said.get()?.value === 'preview' ? 'preview' : 'live';
    });
}
