import type { Episode, Incident } from '../domain/incident.ts';
import { messageOf } from '../domain/message.ts';
import { leadOf } from '../domain/settle.ts';
import type { Attempt, NotificationHistory, Page } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { countOption } from './count-option.ts';
import { withLedger } from './ledger-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { moment, table } from './table.ts';

type ListOptions = { open?: boolean; all?: boolean; limit: number; after?: string; json?: boolean };

/** `tocsin incidents list|show`: what is open, what was, and who was told. */
export const incidentsCommand: AddCommand = (program, invocation, done) => {
  const incidents = program.command('incidents').description('what is open, what was, and who was told what');
  incidents
    .command('list')
    .description('incidents, the last changed first')
    .option('--open', 'only those that are open')
    .option('--all', 'also keys that were heard of and never opened')
    .option('--limit <n>', 'at most so many', countOption, 50)
    .option('--after <cursor>', 'go on after a page')
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
};

async function list(ledger: Ledger, options: ListOptions, { print }: Invocation): Promise<void> {
  const { items, next } = await page(ledger, options);
  if (options.json) return print(JSON.stringify({ items: items.map(summary), ...(next ? { next } : {}) }, null, 2));
  if (items.length === 0) return print(options.open ? 'Nothing is open.' : 'There are no incidents.');
  const rows = items.map((each) => {
    const { state, severity, openedAt, endedAt } = summary(each);
    const at = (text: string | undefined) => (text === undefined ? '-' : moment(Date.parse(text)));
    return [state, severity ?? '-', `#${each.episode}`, at(openedAt), at(endedAt), each.key];
  });
  print(table(['state', 'severity', 'episode', 'opened', 'ended', 'key'], rows));
  if (next) print(`(more: --after ${next})`);
}

/** Most keys that are heard of never open: they are passed over, unless asked for. */
async function page(ledger: Ledger, { limit, after, open, all }: ListOptions): Promise<Page<Incident>> {
  const items: Incident[] = [];
  let next = after;
  do {
    const wanted = {
      limit: limit - items.length,
      ...(next === undefined ? {} : { after: next }),
      ...(open ? { open } : {}),
    };
    const found = await ledger.listIncidents(wanted);
    items.push(...found.items.filter((each) => all || each.episode > 0));
    next = found.next;
  } while (items.length < limit && next !== undefined);
  return { items, ...(next === undefined ? {} : { next }) };
}

/** `resolved` once an episode ended; `quiet` while nothing ever opened it. */
function summary(incident: Incident) {
  const { key, open, episode, last, rung } = incident;
  const severity = leadOf(incident.causes)?.severity ?? last?.severity;
  const openedAt = incident.openedAt ?? last?.openedAt;
  return {
    key,
    state: open ? 'open' : episode > 0 ? 'resolved' : 'quiet',
    episode,
    ...(severity ? { severity } : {}),
    ...(openedAt === undefined ? {} : { openedAt: new Date(openedAt).toISOString() }),
    ...(last ? { endedAt: new Date(last.endedAt).toISOString(), why: last.why } : {}),
    told: rung.map((each) => each.destination),
  };
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
  print(incident ? `${key}: ${summary(incident).state}` : `${key}: a notice`);
  for (const cause of incident?.causes ?? []) {
    const heard = cause.ring.map((entry) => entry.verdict).join(', ') || 'nothing since it was last over';
    print(`  ${cause.firing ? 'fires' : 'quiet'}: rule ${cause.rule} on ${cause.source} (heard: ${heard})`);
  }
  for (const episode of episodes) {
    print(episodeText(episode));
    for (const each of notifications.filter((one) => one.number === episode.number)) print(notificationText(each));
  }
  return 0;
}

function episodeText(episode: Episode): string {
  const { title, end } = messageOf(episode);
  const over = end ? `, ended ${moment(end.at)}: ${end.words}` : ', open';
  const what = episode.kind === 'notice' ? 'notice' : `episode #${episode.number}`;
  return `  ${what} (${episode.severity}), ${moment(episode.openedAt)}${over}\n    ${title}`;
}

function notificationText({ destination, state, id, reason, attempts }: NotificationHistory): string {
  const head = `    ${destination}: ${state}${reason ? ` (${reason})` : ''}  [${id}]`;
  return [head, ...attempts.map(attemptText)].join('\n');
}

function attemptText({ number, startedAt, act, result, reason, late }: Attempt): string {
  const outcome = result === undefined ? 'outcome unknown' : `${act} ${result === 'none' ? '' : result}`.trim();
  return `      ${number}. ${moment(startedAt)} ${outcome}${late ? ' (late)' : ''}${reason ? `: ${reason}` : ''}`;
}
