import { existsSync } from 'node:fs';
import { openLedgerBeside, traitsByType } from '../compose.ts';
import { type Examined, examineDestinations } from '../compose-destinations.ts';
import { tested } from '../compose-rehearsal.ts';
import type { ResolvedRules, RulesReading } from '../config/read-rules.ts';
import { readRules } from '../config/read-rules.ts';
import { secretReader } from '../config/secrets.ts';
import { countWords } from '../domain/message/count-words.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import { openLog } from '../runtime/log.ts';
import { ledgerPath } from './ledger-path.ts';
import { rulesPath } from './rules-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { moment, table } from './table.ts';

type Options = { rules?: string; json?: boolean };

/** `tocsin doctor`: looks at all that has to work for somebody to be told, and tells nobody. */
export const doctorCommand: AddCommand = (program, invocation, done) => {
  program
    .command('doctor')
    .description('look at all that has to work: rules, secrets, ledger, destinations, senders; tells nobody')
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--json', 'print {"ok", "findings"} as JSON')
    .action(async (options: Options) => done(await doctor(options, invocation)));
};

async function doctor(options: Options, invocation: Invocation): Promise<number> {
  const path = rulesPath(invocation, options.rules, false);
  const secret = secretReader(invocation.variables);
  const reading = await tested(readRules({ path, traits: traitsByType, secret, preview: false }));
  const rules = reading.ok ? reading.rules : undefined;
  const findings = [
    ...rulesFindings(path, reading),
    ...(await ledgerFindings(invocation, rules)),
    ...(rules ? await destinationFindings(rules, invocation) : []),
    ...(await doorFindings(invocation)),
  ];
  const ok = findings.every(({ is }) => is !== 'fault');
  if (options.json) invocation.print(JSON.stringify({ ok, findings }, null, 2));
  else invocation.print(findingsText(findings));
  return ok ? 0 : 1;
}

function findingsText(findings: readonly Examined[]): string {
  const count = (is: Examined['is']) => findings.filter((each) => each.is === is).length;
  const rows = findings.map(({ is, about, words }) => [is, about, words]);
  return `${table(['', 'what', 'how it is'], rows)}\n${countWords(count('fault'), 'fault')}, ${countWords(count('warning'), 'warning')}`;
}

function rulesFindings(path: string, reading: RulesReading): Examined[] {
  const about = 'rules';
  if (!reading.ok)
    return reading.problems.map(({ path: at, message }) => ({ about, is: 'fault', words: `${at}: ${message}` }));
  const { config } = reading.rules;
  const words = `${path} is fine: ${countWords(config.rules.rules.length, 'rule')}, and every secret it names is set`;
  const warnings = config.warnings.map(({ path: at, message }) => ({
    about,
    is: 'warning' as const,
    words: `${at}: ${message}`,
  }));
  return [{ about, is: 'ok', words }, ...warnings];
}

async function ledgerFindings(invocation: Invocation, rules: ResolvedRules | undefined): Promise<Examined[]> {
  const { environment } = invocation;
  const path = ledgerPath(invocation, false);
  const about = 'ledger';
  if (environment.REDIS_URL === undefined && !existsSync(path)) {
    return [{ about, is: 'warning', words: `there is none at ${path} yet: "tocsin serve" makes it` }];
  }
  try {
    const ledger = await openLedgerBeside(environment, path);
    try {
      return await examineLedger(ledger, { where: environment.REDIS_URL === undefined ? path : 'Redis', rules });
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    return [{ about, is: 'fault', words: error.message }];
  }
}

type Looked = { where: string; rules: ResolvedRules | undefined };

async function examineLedger(ledger: Ledger, { where, rules }: Looked): Promise<Examined[]> {
  const [warnings, backlog, workers] = await Promise.all([ledger.warnings(), ledger.backlog(), ledger.listWorkers()]);
  const { unrouted, owed, deadDeliveries, deadNotifications, heard, refusals } = backlog;
  const about = 'ledger';
  const found: Examined[] = [
    { about, is: 'ok', words: `${where} answers: ${unrouted} to be routed, ${owed} to be told` },
  ];
  const warn = (words: string, of = about) => found.push({ about: of, is: 'warning', words });
  for (const each of warnings) warn(each);
  if (workers.length === 0) warn('nothing is serving from it');
  const others = workers.filter(({ file }) => rules !== undefined && file !== rules.file).length;
  if (others > 0) warn(`${others} of ${workers.length} that serve from it go by another file: tocsin reload says why`);
  if (deadDeliveries > 0) warn(`${deadDeliveries} deliveries are dead letters: tocsin deliveries list --dead`);
  if (deadNotifications > 0) warn(`${deadNotifications} notifications are dead: tocsin notifications list --dead`);
  const refused = Object.entries(refusals).map(([code, count]) => `${count} ${code}`);
  if (refused.length > 0) warn(`requests were refused (${refused.join(', ')}): tocsin deliveries list --refused`);
  for (const { name } of rules?.sources ?? []) {
    const last = Object.hasOwn(heard, name) ? heard[name] : undefined;
    if (last) found.push({ about: name, is: 'ok', words: `was last heard ${moment(last.lastAt)}` });
    else warn('was never heard: is its URL registered with the sender?', name);
  }
  return found;
}

function destinationFindings(rules: ResolvedRules, { environment }: Invocation): Promise<Examined[]> {
  const openers = { preview: false, slackApiUrl: environment.SLACK_API_URL, buttons: false, log: openLog('silent') };
  return examineDestinations(rules, openers);
}

const answerWithinMs = 10_000;

/** What senders and Slack come in by. */
async function doorFindings({ environment }: Invocation): Promise<Examined[]> {
  const { TOCSIN_PUBLIC_URL: url, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET } = environment;
  const found: Examined[] = [];
  if (url !== undefined)
    found.push({ about: 'TOCSIN_PUBLIC_URL', ...(await lookAt(`${url.replace(/\/+$/, '')}/healthz`)) });
  const by = SLACK_APP_TOKEN ? 'Socket Mode' : SLACK_SIGNING_SECRET ? 'HTTP' : undefined;
  if (by) found.push({ about: 'Slack app', is: 'ok', words: `buttons and /tocsin are on, over ${by}` });
  return found;
}

async function lookAt(url: string): Promise<Pick<Examined, 'is' | 'words'>> {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs), redirect: 'manual' });
    return status === 200
      ? { is: 'ok', words: `${url} answers 200 from here` }
      : { is: 'warning', words: `${url} answers ${status} from here: does it lead to this service?` };
  } catch {
    return { is: 'warning', words: `nothing answers at ${url} from here` };
  }
}
