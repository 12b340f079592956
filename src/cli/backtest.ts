import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { stageOf } from '../compose-rehearsal.ts';
import type { Config } from '../config/load-rules.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Backtest } from '../pipeline/rehearsal/backtest.ts';
import { backtest } from '../pipeline/rehearsal/backtest.ts';
import { comparisonOf, figuresOf } from '../pipeline/rehearsal/backtest-figures.ts';
import type { Backtested } from './backtest-text.ts';
import { backtestText, counted, figureOver } from './backtest-text.ts';
import { withLedger } from './ledger-path.ts';
import { Misuse } from './misuse.ts';
import { playedBeside } from './played-beside.ts';
import { progressBar } from './progress-bar.ts';
import { readRules, rulesPath } from './rules-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { durationOption } from './window-option.ts';

type Options = { since: string; rules?: string; maxPagesPerWeek?: string; json?: boolean };

/** `tocsin backtest`: what a rules file would have told of what was received. Nothing is sent, and nothing written. */
export const backtestCommand: AddCommand = (program, invocation, done) => {
  program
    .command('backtest')
    .description('what a rules file would have told of the deliveries that are kept, against the rules in force')
    .option('--since <duration>', 'how far back', '30d')
    .option(
      '--rules <file>',
      'the rules file to try; left out: what those in force come to (TOCSIN_RULES, or rules.json)',
    )
    .option('--max-pages-per-week <n>', 'exit code 1 if there would be more pages a week')
    .option('--json', 'print it as JSON')
    .action(async (options: Options) => done(await run(options, invocation)));
};

type Tried = { path: string; config: Config };

async function run(options: Options, invocation: Invocation): Promise<number> {
  const sinceMs = durationOption('--since', options.since);
  const allowed = pagesOption(options.maxPagesPerWeek);
  const tried = fileAt(rulesPath(invocation, options.rules, true), invocation);
  const inForce = options.rules === undefined ? undefined : fileInForce(options.rules, invocation);
  if (!tried || inForce === 'unusable') return 2;
  const came = await withLedger(invocation, (ledger, at) =>
    played({ tried, inForce, sinceMs }, { ledger, at, ...invocation }),
  );
  const result = resultOf(came, { tried, inForce, sinceMs });
  invocation.print(options.json ? JSON.stringify(asJson(result), null, 2) : backtestText(result));
  return allowed === undefined ? 0 : judged(result, allowed, invocation);
}

type Kept = { ledger: Ledger; at: string } & Pick<Invocation, 'environment'>;

/** Each file on a core of its own. */
async function played({ tried, inForce, sinceMs }: Asked, { ledger, at, environment }: Kept): Promise<Backtest> {
  const until = await ledger.now();
  const ending = new AbortController();
  const beside = inForce && { rules: inForce.path, environment, ledger: at, sinceMs, until };
  const others = beside && playedBeside(beside, ending.signal);
  // It is waited for below.
  others?.catch(() => undefined);
  const bar = progressBar(process.stderr);
  const onProgress = (share: number, count: number) => bar.show(share, `${counted(count)} deliveries`);
  const stages = [stageOf(tried.config)];
  try {
    const mine = await backtest({ ledger, sinceMs, until, stages, onProgress }).finally(bar.end);
    return others === undefined ? mine : { ...mine, played: [...mine.played, await others] };
  } finally {
    ending.abort();
  }
}

/** Of nothing it cannot be said that it is little enough: in a pipeline it would be taken for a yes. */
function judged({ heard, figures }: Backtested, allowed: number, { complain }: Invocation): number {
  const unheard = figures.unknownSources.reduce((sum, { deliveries }) => sum + deliveries, 0);
  if (heard.deliveries - unheard - heard.unreadable <= 0) {
    const words = 'Nothing was heard in that time: there is nothing to judge --max-pages-per-week by';
    complain(`${words}. Look further back with --since.`);
    return 2;
  }
  const { aWeek } = figures.pages;
  if (aWeek <= allowed) return 0;
  const figure = figureOver(aWeek, allowed);
  complain(`${figure} pages a week: more than the ${allowed} that --max-pages-per-week allows.`);
  return 1;
}

function pagesOption(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(count) && count >= 0) return count;
  throw new Misuse(`--max-pages-per-week takes a number from 0 on, not "${text}"`);
}

function fileAt(path: string, invocation: Invocation): Tried | undefined {
  const config = readRules(path, invocation);
  return config && { path, config };
}

/** What the file is compared with, unless it is that itself, or there is none. */
function fileInForce(given: string, invocation: Invocation): Tried | undefined | 'unusable' {
  const path = rulesPath(invocation, undefined, false);
  if (resolve(path) === resolve(given)) return undefined;
  if (existsSync(path)) return fileAt(path, invocation) ?? 'unusable';
  invocation.complain(`(there are no rules in force at ${path}: nothing to compare with)`);
  return undefined;
}

type Asked = { tried: Tried; inForce: Tried | undefined; sinceMs: number };

function resultOf({ heard, played }: Backtest, { tried, inForce, sinceMs }: Asked): Backtested {
  const [mine, others] = played;
  if (!mine) throw new Error('nothing was played');
  return {
    path: tried.path,
    rules: tried.config.rules.rules.map(({ id }) => id),
    sinceMs,
    heard,
    figures: figuresOf(mine, heard),
    ...(others && inForce
      ? {
          against: {
            path: inForce.path,
            figures: figuresOf(others, heard),
            ...comparisonOf(mine, others),
          },
        }
      : {}),
  };
}

function asJson({ path, heard, figures, against }: Backtested) {
  const at = (ms: number) => new Date(ms).toISOString();
  const told = (each: NonNullable<Backtested['against']>['added'][number]) => ({
    ...each,
    at: at(each.at),
    ...(each.endedAt === undefined ? {} : { endedAt: at(each.endedAt) }),
  });
  return {
    rules: path,
    heard: { ...heard, from: at(heard.from), until: at(heard.until) },
    ...figures,
    ...(against
      ? {
          inForce: { rules: against.path, ...against.figures },
          new: against.added.map(told),
          gone: against.gone.map(told),
          rekeyed: against.rekeyed.map(({ before, after }) => ({ ...told(after), before: before.key })),
        }
      : {}),
  };
}
