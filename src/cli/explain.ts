import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { stageOf } from '../compose-rehearsal.ts';
import { nearWords } from '../domain/filter/condition-text.ts';
import { twinsOf } from '../domain/incident/shadow.ts';
import type { Arrived, Judged } from '../domain/routing.ts';
import { judgeDelivery } from '../domain/routing.ts';
import { compileSilences } from '../domain/telling/silence.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Explained, Stands } from '../pipeline/rehearsal/explain.ts';
import { explain } from '../pipeline/rehearsal/explain.ts';
import type { TestStage } from '../pipeline/rehearsal/run-rules-test.ts';
import type { Looked } from './explained-text.ts';
import { explainedText } from './explained-text.ts';
import { withLedger } from './ledger-path.ts';
import { Misuse } from './misuse.ts';
import { openElsewhere } from './open-elsewhere.ts';
import { readRules, rulesPath } from './rules-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { readPayload } from './sent-payload.ts';

type Options = { source?: string; rules?: string; state?: boolean; all?: boolean; json?: boolean };

/** `tocsin explain`: what a delivery would do by the rules file, and why. Secrets are not looked at, nothing is kept. */
export const explainCommand: AddCommand = (program, invocation, done) => {
  program
    .command('explain')
    .argument('<payload>', "a file with the sender's raw body, or - for what is piped in")
    .description('what a delivery would do by the rules file: each rule, each condition, and who would be told what')
    .option('--source <name>', 'the source that sends it, as the rules file calls it')
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--state', 'with what is open now, and silences: looks at the ledger, and writes nothing')
    .option('--all', 'of very many rules also those that say nothing')
    .option('--json', 'print it as JSON, with all rules')
    .action(async (payload: string, options: Options) => done(await explainPayload(payload, options, invocation)));
};

async function explainPayload(payload: string, options: Options, invocation: Invocation): Promise<number> {
  const path = rulesPath(invocation, options.rules, true);
  const config = readRules(path, invocation);
  if (!config) return 2;
  const stage = stageOf(config);
  const body = await bodyOf(payload);
  const now = Date.now();
  const arrived = readPayload({ source: options.source, body, now, rules: path }, stage.speakers);
  const looked = options.state
    ? await withLedger(invocation, (ledger) => lookedIn(ledger, arrived, stage))
    : lookedAlone(arrived, stage);
  const shown = options.json
    ? JSON.stringify(asJson(looked), null, 2)
    : explainedText(looked.explained, { ...looked, all: options.all });
  invocation.print(shown);
  return 0;
}

async function bodyOf(payload: string): Promise<Uint8Array> {
  if (payload === '-') return Buffer.from(await textOf(process.stdin));
  try {
    return readFileSync(payload);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misuse(code === 'ENOENT' ? `There is no file ${payload}.` : `${payload} cannot be read (${code}).`);
  }
}

type Result = Looked & { explained: Explained };

/** It comes when it happened, and nothing was heard before. */
function lookedAlone(arrived: Arrived, { standing }: TestStage): Result {
  const receivedAt = Date.parse(arrived.normalised.event.occurredAt);
  const judged = judgeDelivery({ ...arrived, delivery: { ...arrived.delivery, receivedAt } }, standing);
  const stands: Stands = { now: receivedAt, incidents: new Map(), silences: [] };
  const explained = explain(judged, { standing, stands, isTest: arrived.isTest });
  return { explained, receivedAt, state: false, elsewhere: new Map() };
}

/** It comes now, after all that was heard. */
async function lookedIn(ledger: Ledger, arrived: Arrived, { standing }: TestStage): Promise<Result> {
  const now = await ledger.now();
  const { delivery } = arrived;
  const judged = judgeDelivery(
    { ...arrived, delivery: { ...delivery, receivedAt: now, seq: Number.MAX_SAFE_INTEGER } },
    standing,
  );
  const silences = await ledger.listSilences({ over: false });
  const inForce = silences.filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
  const stands = { now, incidents: await incidentsOf(ledger, judged), silences: compileSilences(inForce) };
  const explained = explain(judged, { standing, stands, isTest: arrived.isTest });
  const before = (await ledger.findDeliveries(delivery.id)).find(({ source }) => source === delivery.source);
  const elsewhere = await openElsewhere(ledger, { ...explained.trace, source: delivery.source });
  return { explained, receivedAt: now, state: true, ...(before ? { before } : {}), elsewhere };
}

/** Also of where their causes were before a rule was turned. */
async function incidentsOf(ledger: Ledger, judged: Judged): Promise<Stands['incidents']> {
  const read = async (keys: string[]) => (keys.length > 0 ? ledger.readIncidents(keys) : new Map());
  const stored: Stands['incidents'] = await read(judged.keys);
  const twins = twinsOf(judged, stored).filter((key) => !stored.has(key));
  return new Map([...stored, ...(await read(twins))]);
}

function asJson({ explained, receivedAt, state, before, elsewhere }: Result) {
  const { event, isTest, trace, deaf, told, untold } = explained;
  const { owed: _owed, deaf: _deaf, ...rest } = trace;
  return {
    event,
    test: isTest,
    receivedAt: new Date(receivedAt).toISOString(),
    state,
    ...(before ? { receivedBefore: new Date(before.receivedAt).toISOString() } : {}),
    ...rest,
    rules: trace.rules.map((rule) => {
      const near = nearWords(rule);
      const open = elsewhere.get(rule.rule);
      return { ...rule, ...(near.length > 0 ? { near } : {}), ...(open ? { openUnder: open } : {}) };
    }),
    deaf,
    told: told.map(({ message: { event: _event, ...message }, ...each }) => ({ ...each, message })),
    untold,
  };
}
