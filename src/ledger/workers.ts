/** What one serving process goes by: enough for the others to know what is fed by whom. */
export type Worker = {
  /** Random, one per process. */
  id: string;
  /** SHA-256 of the rules file in force, hex. */
  file: string;
  /** By rule id, the fingerprint of its key and event types. */
  rules: Record<string, string>;
  sources: string[];
  /** Where it can tell. */
  addresses: string[];
  /** A file it was given and did not take, and why, in words. */
  refused?: { file: string; why: string };
  /** By the ledger's clock, when it first announced this file. */
  since: number;
};

/** Where something may once have been told: what is needed to tell it there again. No secret. */
export type KnownAddress = {
  address: string;
  type: 'slack' | 'slack-webhook' | 'pagerduty' | 'preview';
  /** Its label when it was last in force. */
  destination: string;
  /** The fingerprint of the credential it was last told with. */
  credential: string;
};

/** The serving processes, what each goes by, and where they can tell. */
export interface Workers {
  /** Says what this process goes by, for `forMs`; again after each change. */
  announce(worker: Omit<Worker, 'since'>, forMs: number): Promise<void>;
  /** Says that it is still there, for `forMs`; false when it is forgotten and has to announce itself again. */
  stay(id: string, forMs: number): Promise<boolean>;
  /** It goes: what it knew does not count any more. */
  leave(id: string): Promise<void>;
  /** Those that are there, in no promised order. */
  listWorkers(): Promise<Worker[]>;
  /** A person said that this file may orphan what it orphans; kept for a day. */
  confirmFile(file: string): Promise<void>;
  isConfirmed(file: string): Promise<boolean>;
  /**
   * Remembers these addresses; one given twice goes by the last. What is dead at one that is new, or has another
   * credential than before, is owed again as with `revive`; those addresses are returned, whether or not anything was
   * dead there. Repeated, it finds nothing new. Each dead one is made owed in one step, and the addresses are remembered
   * in one, after all of them: to whom one died in between, they are new again. Two who take up the same at once may both
   * find it new, and then what died in between is tried once more.
   */
  takeUp(addresses: KnownAddress[]): Promise<string[]>;
  /**
   * Every address that was taken up within 35 days, or that was ever taken up and where a notification is kept: all
   * where something is open, owed or dead.
   */
  listAddresses(): Promise<KnownAddress[]>;
}
