import type { Incident } from '../domain/incident/incident.ts';
import type { Page, PageOf } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { pageOnly } from './every-page.ts';
import { incidentText, stateWords, summary } from './incident-text.ts';
import { addPeopleCommands } from './incidents-people.ts';
import { withLedger } from './ledger-path.ts';
import { countOption, cursorOption } from './page-options.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { moment, table } from './table.ts';

type ListOptions = { open?: boolean; all?: boolean; limit: number; after?: string; json?: boolean };

/** `tocsin incidents list|show|ack|resolve|snooze`: what is open, what was, who was told, and what people do about it. */
export const incidentsCommand: AddCommand = (program, invocation, done) => {
  const incidents = program
    .command('incidents')
    .description('what is open, what was, and who was told what; and to acknowledge, end or snooze it');
  incidents
    .command('list')
    .description('incidents, the last changed first')
    .option('--open', 'only those that are open')
    .option('--all', 'also keys that were heard of and never opened')
    .option('--limit <n>', 'at most so many', countOption, 50)
    .option('--after <cursor>', 'go on after a page', cursorOption)
    .option('--json', 'print {"items", "next"} as JSON')
    .action(async (options: ListOptions) => {
      await withLedger(invocation, (ledger) => list(ledger, options, invocation));
    });
  incidents
    .command('show')
    .argument('<key>', "the incident's dedup key")
    .description('one incident: its episodes, what feeds it, each attempt to tell somebody')
    .option('--json', 'print it as JSON')
    .action(async (key: string, options: { json?: boolean }) => {
      done(await withLedger(invocation, (ledger) => show(ledger, key, { ...options, ...invocation })));
    });
  addPeopleCommands(incidents, invocation, done);
};

async function list(ledger: Ledger, options: ListOptions, { print }: Invocation): Promise<void> {
  const { items, next } = await page(ledger, options);
  if (options.json) return print(JSON.stringify({ items: items.map(summary), ...(next ? { next } : {}) }, null, 2));
  if (items.length === 0) return print(options.open ? 'Nothing is open.' : 'There are no incidents.');
  const rows = items.map((each) => {
    const { severity, openedAt, endedAt } = summary(each);
    const at = (text: string | undefined) => (text === undefined ? '-' : moment(Date.parse(text)));
    return [stateWords(each), severity ?? '-', `#${each.episode}`, at(openedAt), at(endedAt), each.key];
  });
  print(table(['state', 'severity', 'episode', 'opened', 'ended', 'key'], rows));
  if (next) print(`(more: --after ${next})`);
}

/** Most keys that are heard of never open: they are passed over, unless asked for. */
function page(ledger: Ledger, options: ListOptions): Promise<Page<Incident>> {
  const { open, all } = options;
  const read = (wanted: PageOf) => ledger.listIncidents({ ...wanted, ...(open ? { open } : {}) });
  return pageOnly(read, options, (each) => all === true || each.episode > 0);
}

type ShowOptions = { json?: boolean } & Pick<Invocation, 'print' | 'complain'>;

async function show(ledger: Ledger, key: string, { json, print, complain }: ShowOptions): Promise<number> {
  const found = await ledger.findIncident(key);
  if (!found) {
    complain(`There is no incident "${key}": incidents list shows the keys.`);
    return 1;
  }
  const { incident, episodes, notifications } = found;
  if (json) {
    const head = incident ? { ...summary(incident), causes: incident.causes } : { key };
    print(JSON.stringify({ ...head, episodes, notifications }, null, 2));
    return 0;
  }
  print(incidentText(key, found));
  return 0;
}
