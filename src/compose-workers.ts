import { randomUUID } from 'node:crypto';
import type { Openers } from './compose-destinations.ts';
import { openingsBeyond } from './compose-destinations.ts';
import type { ResolvedRules } from './config/read-rules.ts';
import type { Feeding } from './domain/incident/orphans.ts';
import { fingerprintsOf } from './domain/incident/orphans.ts';
import type { InForceHolder } from './in-force.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Worker } from './ledger/workers.ts';
import type { Orphans } from './pipeline/orphans.ts';
import { lookForOrphans, orphanRefusal } from './pipeline/orphans.ts';
import { unpark } from './pipeline/telling/unpark.ts';
import type { Refused } from './reload.ts';

export type Among = {
  id: string;
  /** What this process goes by now. */
  mine(): Omit<Worker, 'id' | 'since'>;
  /** What every process that is there goes by now, this one first. */
  feeding(): Promise<Feeding[]>;
  /** Why these rules may not take the place of those in force, in words. */
  refusal(rules: ResolvedRules): Promise<string | undefined>;
  /** What follows from who is there: where something can be told now, and what no rule feeds any more. */
  look(workers: Worker[]): Promise<void>;
};

export type AmongParts = Omit<Orphans, 'graceMs' | 'file'> & {
  ledger: Ledger;
  inForce: InForceHolder;
  openers: Openers;
  refused: () => Refused | undefined;
};

/** This process among all that work on the ledger. */
export function amongWorkers(parts: AmongParts): Among {
  const { ledger, inForce, openers, refused, log } = parts;
  const id = randomUUID();
  const others = (workers: Worker[]) => workers.filter((each) => each.id !== id);

  function mine(): Omit<Worker, 'id' | 'since'> {
    const { rules, reachable } = inForce.current();
    const why = refused();
    return { file: rules.file, ...feedingOf(rules), addresses: reachable, ...(why ? { refused: why } : {}) };
  }

  let isUnparked = false;

  async function lookAtAddresses(there: Worker[]): Promise<void> {
    const { rules, configured } = inForce.current();
    const known = await ledger.listAddresses();
    const mine = new Set(configured.map((each) => each.address));
    const others = known.filter((each) => !mine.has(each.address));
    const reached = new Set(there.flatMap((each) => each.addresses));
    const beyond = openingsBeyond(others, { ...openers, rules, reached });
    const anew = new Set(await ledger.takeUp([...configured, ...beyond.changed]));
    const again = known.flatMap(({ address }) => (anew.has(address) ? [address] : []));
    if (again.length > 0) log.info({ addresses: again }, 'addresses.owed-again');
    if (!isUnparked || again.length > 0) await unpark(ledger, isUnparked ? anew : undefined);
    isUnparked = true;
    if (inForce.current().rules === rules) inForce.reach(beyond);
  }

  return {
    id,
    mine,
    feeding: async () => [mine(), ...others(await ledger.listWorkers())],
    async refusal(rules) {
      const { file } = inForce.current().rules;
      // Most changes leave nothing out, and wait neither for the ledger nor for a look at all that is open.
      if (feedsAllOf(mine(), feedingOf(rules))) return undefined;
      // Whoever goes by the same file now will soon go by the new one too.
      return refusalOf(ledger, rules, (worker) => worker.id !== id && worker.file !== file);
    },
    async look(workers) {
      const there = others(workers);
      await lookAtAddresses(there);
      const { rules } = inForce.current();
      await lookForOrphans({ ...parts, graceMs: rules.config.orphanGraceMs, file: rules.file }, [mine(), ...there]);
    },
  };
}

/** Why a process may not begin with these rules, in words. */
export function refusalAtStart(ledger: Ledger, rules: ResolvedRules): Promise<string | undefined> {
  return refusalOf(ledger, rules, () => true);
}

async function refusalOf(
  ledger: Ledger,
  rules: ResolvedRules,
  staysAsIs: (worker: Worker) => boolean,
): Promise<string | undefined> {
  if (await ledger.isConfirmed(rules.file)) return undefined;
  const others = (await ledger.listWorkers()).filter(staysAsIs);
  return orphanRefusal(ledger, [feedingOf(rules), ...others]);
}

function feedsAllOf(before: Feeding, after: Feeding): boolean {
  const isKept = ([id, fingerprint]: [string, string]) => after.rules[id] === fingerprint;
  return Object.entries(before.rules).every(isKept) && before.sources.every((each) => after.sources.includes(each));
}

function feedingOf({ config }: ResolvedRules): Feeding & Pick<Worker, 'rules' | 'sources'> {
  return { rules: fingerprintsOf(config.rules.rules), sources: [...config.sources.keys()] };
}
