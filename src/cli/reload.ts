import { setTimeout as delay } from 'node:timers/promises';
import { traitsByType } from '../compose.ts';
import { tested } from '../compose-rehearsal.ts';
import type { RulesReading } from '../config/read-rules.ts';
import { readRules } from '../config/read-rules.ts';
import { secretReader } from '../config/secrets.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Worker } from '../ledger/workers.ts';
import { withLedger } from './ledger-path.ts';
import { complainOf, rulesPath } from './rules-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';

type Options = { acceptOrphans?: boolean; rules?: string; json?: boolean };

/** `tocsin reload`: is the rules file, as it is now, in force in every service? */
export const reloadCommand: AddCommand = (program, invocation, done) => {
  program
    .command('reload')
    .description('check the rules file, and wait until every running service goes by it (each looks for itself)')
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--accept-orphans', 'let this file end the open incidents that no rule of it feeds')
    .option('--json', 'print {"ok", "file", "services"} as JSON')
    .action(async (options: Options) => done(await reload(options, invocation)));
};

/** How one service stands to the file; `why` in its own words. */
type Standing = { id: string; state: 'in-force' | 'refused' | 'waiting'; why?: string };

async function reload(options: Options, invocation: Invocation): Promise<number> {
  const { print, complain } = invocation;
  const path = rulesPath(invocation, options.rules, false);
  const secret = secretReader(invocation.variables);
  const read = await tested(readRules({ path, traits: traitsByType, secret, preview: true }));
  // Its secrets are the services' own affair: they may not be set here.
  if (read.file === undefined || (!read.ok && read.of !== 'secrets'))
    return refused(path, read, { ...options, ...invocation });
  const { file } = read;
  const services = await withLedger(invocation, async (ledger) => {
    if (options.acceptOrphans) await ledger.confirmFile(file);
    return untilDecided(ledger, file, options.acceptOrphans === true);
  });
  const isInForce = services.length > 0 && services.every((each) => each.state === 'in-force');
  if (options.json) print(JSON.stringify({ ok: isInForce, file, services }, null, 2));
  else for (const line of standingLines(services, { path, ...options })) (isInForce ? print : complain)(line);
  const isAccepted = options.acceptOrphans === true && services.length === 0;
  return isInForce || isAccepted ? 0 : 1;
}

type Told = Options & Pick<Invocation, 'print' | 'complain'>;

function refused(path: string, read: RulesReading, { json, print, complain }: Told): number {
  const problems = read.ok ? [] : read.problems;
  if (json) print(JSON.stringify({ ok: false, problems }, null, 2));
  else {
    complain(`${path} cannot be used; what is in force stays so:`);
    complainOf(problems, complain);
  }
  return 1;
}

/** A service looks at its file three times a second. */
const waitMs = 5_000;
const lookEveryMs = 100;
/** A service that refused the file before may not have looked at it again yet; where orphans are accepted, all the time. */
const believeRefusalAfterMs = 2_500;

async function untilDecided(ledger: Ledger, file: string, orphansAccepted: boolean): Promise<Standing[]> {
  const startedMs = performance.now();
  for (;;) {
    const services = (await ledger.listWorkers()).map((worker) => standingOf(worker, file));
    const passedMs = performance.now() - startedMs;
    const refusalHolds = !orphansAccepted && passedMs >= believeRefusalAfterMs;
    const isOpen = services.some(({ state }) => state === 'waiting' || (state === 'refused' && !refusalHolds));
    if (!isOpen || passedMs >= waitMs) return services;
    await delay(lookEveryMs);
  }
}

function standingOf({ id, file, refused }: Worker, wanted: string): Standing {
  if (file === wanted) return { id, state: 'in-force' };
  if (refused?.file === wanted) return { id, state: 'refused', why: refused.why };
  return { id, state: 'waiting' };
}

function standingLines(services: Standing[], { path, acceptOrphans }: Options & { path: string }): string[] {
  if (services.length === 0) {
    const confirmed = acceptOrphans ? ' What it orphans is accepted for a day, whenever one starts.' : '';
    return [`Nothing is serving from this ledger: ${path} is fine, and in force nowhere.${confirmed}`];
  }
  const count = (state: Standing['state']) => services.filter((each) => each.state === state).length;
  const total = services.length === 1 ? '1 service' : `${services.length} services`;
  const refusals = new Set(services.flatMap(({ why }) => (why === undefined ? [] : [why])));
  return [
    `${path} is in force in ${count('in-force')} of ${total}.`,
    ...[...refusals].map((why) => `Refused, and the rules before stay in force: ${why}`),
    ...(count('waiting') > 0
      ? [`${count('waiting')} did not take it up within ${waitMs / 1_000} s: does it serve this very file?`]
      : []),
  ];
}
