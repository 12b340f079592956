import type { Command } from 'commander';
import type { Trace } from '../domain/trace.ts';
import { traceText } from '../domain/trace-text.ts';
import type { KeptDelivery } from '../ledger/history.ts';
import { deliveryStates } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { withLedger } from './ledger-path.ts';
import { withMoments as notificationMoments, notificationText } from './notification-text.ts';
import { openElsewhere } from './open-elsewhere.ts';
import { countOption, cursorOption } from './page-options.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { moment, table } from './table.ts';

type ListOptions = {
  refused?: boolean;
  dead?: boolean;
  source?: string;
  limit: number;
  after?: string;
  json?: boolean;
};

/** `tocsin deliveries list|show`: what came, and what became of it. */
export const deliveriesCommand: AddCommand = (program, invocation, done) => {
  const deliveries = program.command('deliveries').description('what came in, and what became of it');
  listCommand(deliveries, invocation);
  deliveries
    .command('show')
    .argument('<id>', "the sender's id of the delivery")
    .description(
      'one delivery: each rule, its verdict, the values it saw, what followed, what each destination answered',
    )
    .option('--json', 'print it as JSON, with the body and the notifications')
    .action(async (id: string, options: { json?: boolean }) => {
      done(await withLedger(invocation, (ledger) => show(ledger, id, { ...options, ...invocation })));
    });
};

function listCommand(deliveries: Command, invocation: Invocation): void {
  deliveries
    .command('list')
    .description('deliveries, the newest first; with --refused the last 100 requests that were turned away')
    .option('--refused', 'requests that were refused, and why')
    .option('--dead', `only dead letters (states are ${deliveryStates.join(', ')})`)
    .option('--source <name>', 'only of this source')
    .option('--limit <n>', 'at most so many', countOption, 50)
    .option('--after <cursor>', 'go on after a page', cursorOption)
    .option('--json', 'print {"items", "next"} as JSON')
    .action(async (options: ListOptions) => {
      await withLedger(invocation, (ledger) => (options.refused ? listRefused : listKept)(ledger, options, invocation));
    });
}

async function listRefused(ledger: Ledger, { json, limit }: ListOptions, { print }: Invocation): Promise<void> {
  const items = (await ledger.listRefusals()).slice(0, limit);
  if (json)
    return print(
      JSON.stringify({ items: items.map((each) => ({ ...each, at: new Date(each.at).toISOString() })) }, null, 2),
    );
  if (items.length === 0) return print('No request was refused.');
  print(
    table(
      ['refused', 'source', 'code', 'reason'],
      items.map((each) => [moment(each.at), each.source, each.code, each.reason]),
    ),
  );
}

async function listKept(ledger: Ledger, options: ListOptions, { print }: Invocation): Promise<void> {
  const { items, next } = await ledger.listDeliveries({
    limit: options.limit,
    ...(options.after === undefined ? {} : { after: options.after }),
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(options.dead ? { state: 'dead' as const } : {}),
  });
  if (options.json) return print(JSON.stringify({ items: items.map(withMoments), ...(next ? { next } : {}) }, null, 2));
  if (items.length === 0) return print('There are no such deliveries.');
  const rows = items.map((each) => [moment(each.receivedAt), each.source, each.type, each.state, each.id]);
  print(table(['received', 'source', 'type', 'state', 'id'], rows));
  if (next) print(`(more: --after ${next})`);
}

function withMoments<T extends KeptDelivery>(delivery: T) {
  return { ...delivery, receivedAt: new Date(delivery.receivedAt).toISOString() };
}

type ShowOptions = { json?: boolean } & Pick<Invocation, 'print' | 'complain'>;

async function show(ledger: Ledger, id: string, { json, print, complain }: ShowOptions): Promise<number> {
  const found = await ledger.findDeliveries(id);
  if (found.length === 0) {
    complain(`There is no delivery "${id}": it never came, was refused (deliveries list --refused), or is forgotten.`);
    return 1;
  }
  const items = [];
  for (const each of found) items.push({ ...each, ...(await beside(ledger, each)) });
  if (json) {
    const shown = items.map(({ body, told, elsewhere, ...each }) => ({
      ...withMoments(each),
      ...(elsewhere.size > 0 ? { openUnder: Object.fromEntries(elsewhere) } : {}),
      ...(body ? { body: Buffer.from(body).toString('utf8') } : {}),
      notifications: told.flatMap(({ notifications }) => notifications.map(notificationMoments)),
    }));
    print(JSON.stringify(shown.length === 1 ? shown[0] : shown, null, 2));
    return 0;
  }
  for (const { trace, told, elsewhere, ...each } of items) {
    print(
      `${each.id}  ${each.type}  from ${each.source}, received ${moment(each.receivedAt)}, ${each.bytes} bytes: ${each.state}`,
    );
    if (each.reason) print(`  dead: ${each.reason}`);
    print(
      trace
        ? traceText(trace, { elsewhere })
        : '  (no trace: it is not routed yet, or never is since it cannot be read, or its details are forgotten)',
    );
    for (const { key, number, episode, notifications } of told) {
      print(`  told of ${key} #${number}:`);
      for (const one of notifications) print(notificationText(one, episode));
    }
  }
  return 0;
}

/** What the trace does not say: what was told, and what stays open though a rule said that it is over. */
async function beside(ledger: Ledger, { trace, source }: { trace?: Trace; source: string }) {
  if (!trace) return { told: [], elsewhere: new Map<string, string[]>() };
  return { told: await toldOf(ledger, trace), elsewhere: await openElsewhere(ledger, { ...trace, source }) };
}

/** What was told of the episodes that the delivery changed: by it, and by what came before and after it. */
async function toldOf(ledger: Ledger, trace: Trace) {
  const touched = [...trace.owed, ...trace.incidents].map(({ key, episode }) => ({ key, number: episode }));
  const told = [];
  for (const key of new Set(touched.map((each) => each.key))) {
    const found = await ledger.findIncident(key);
    for (const number of new Set(touched.filter((each) => each.key === key).map((each) => each.number))) {
      const notifications = found?.notifications.filter((each) => each.number === number) ?? [];
      const episode = found?.episodes.find((each) => each.number === number);
      if (notifications.length > 0) told.push({ key, number, episode, notifications });
    }
  }
  return told;
}
