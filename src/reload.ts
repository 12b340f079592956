import type { Logger } from 'pino';
import type { ResolvedRules, RulesReading } from './config/read-rules.ts';
import { fileChanges } from './config/watch-file.ts';

export type Reload = {
  read: () => Promise<RulesReading>;
  current: () => ResolvedRules;
  replace: (rules: ResolvedRules) => void;
  /** Why these may not take the place of those in force, in words; `undefined` when they may. */
  refusal: (rules: ResolvedRules) => Promise<string | undefined>;
  isConfirmed: (file: string) => Promise<boolean>;
  /** Hears of each reading that came to something. */
  heard: (isInForce: boolean) => void;
  log: Logger;
  elapsedMs: () => number;
};

/** A file that was given and is not in force, and why, in words. */
export type Refused = { file: string; why: string };

export type Reloader = {
  /** One look at the files. Returns how long to sleep. */
  turn(): Promise<number>;
  /** At the next turn the file is read, whether it changed or not. */
  ask(): void;
  /** What the file at hand is refused for, until it is mended. */
  refused(): Refused | undefined;
};

/** A change is in force within a second of it, with time to spare. */
const lookEveryMs = 300;
/** A file that is being written fails to parse; what fails for longer than this was meant so. */
const standsAfterMs = 1_000;
const lookAgainMs = 100;
const askEveryMs = 1_000;
/** Every problem is in the log; of what is kept and shown elsewhere, so much. */
const mostWords = 2_000;

/**
 * Keeps what is in force with the rules file and the secrets it names. What cannot be put in force changes nothing: it
 * is complained of once, with all that is wrong, and looked at again when it is changed, or confirmed.
 */
export function reloader(reload: Reload): Reloader {
  const { log, elapsedMs } = reload;
  const changed = fileChanges();
  let files: string[] = [];
  /** How many readings were called for, up to which they are done, and the last a person called for. */
  let wanted = 1;
  let done = 0;
  let asked = 0;
  /** Since when it cannot be read. */
  let failingSince: number | undefined;
  let refused: Refused | undefined;
  let confirmedAt = Number.NEGATIVE_INFINITY;

  function complain(file: string, problems: readonly string[]): void {
    const why = problems.join('; ').slice(0, mostWords).toWellFormed();
    const isNew = refused?.why !== why || refused.file !== file;
    if (isNew || asked > done) log.error({ path: files[0], file, problems }, 'rules.refused');
    refused = { file, why };
    reload.heard(false);
  }

  function settle(): void {
    refused = undefined;
    reload.heard(true);
  }

  function putInForce(rules: ResolvedRules): void {
    reload.replace(rules);
    settle();
    const { file, config } = rules;
    log.info({ file, rules: config.rules.rules.length, sources: [...config.sources.keys()] }, 'rules.reloaded');
    for (const { path, message } of config.warnings) log.warn({ path }, message);
  }

  /** What the reading comes to; false while it is to be read again. */
  async function take(reading: RulesReading): Promise<boolean> {
    if (!reading.ok) {
      failingSince ??= elapsedMs();
      if (elapsedMs() - failingSince < standsAfterMs) return false;
      complain(reading.file ?? '', problemsOf(reading));
    } else if (reading.rules.mark === reload.current().mark) {
      if (refused || asked > done) log.info({ file: reading.file }, 'rules.unchanged');
      settle();
    } else {
      const why = await reload.refusal(reading.rules);
      if (why === undefined) putInForce(reading.rules);
      else complain(reading.rules.file, [why]);
    }
    failingSince = undefined;
    return true;
  }

  async function isConfirmedSince(): Promise<boolean> {
    if (!refused || elapsedMs() - confirmedAt < askEveryMs) return false;
    confirmedAt = elapsedMs();
    return reload.isConfirmed(refused.file);
  }

  return {
    async turn() {
      if (await changed(files)) wanted += 1;
      if (wanted === done && (await isConfirmedSince())) wanted += 1;
      if (wanted === done) return lookEveryMs;
      // What is called for meanwhile is another reading; one that a silent ledger kept from its end is done again.
      const upTo = wanted;
      const reading = await reload.read();
      files = reading.files;
      if (!(await take(reading))) return lookAgainMs;
      done = upTo;
      return lookEveryMs;
    },
    ask() {
      wanted += 1;
      asked = wanted;
    },
    refused: () => refused,
  };
}

function problemsOf({ of, problems }: Extract<RulesReading, { ok: false }>): string[] {
  const words = problems.map(({ path, message }) => `${path}: ${message}`);
  const hint = 'a variable of the environment is what it was at the start: restart to change it, or name a file';
  return of === 'secrets' ? [...words, hint] : words;
}
