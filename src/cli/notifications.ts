import type { Command } from 'commander';
import { Option } from 'commander';
import { messageOf } from '../domain/message/message.ts';
import type { Notification, NotificationState } from '../domain/telling/notification.ts';
import { notificationStates } from '../domain/telling/notification.ts';
import type { Page, PageOf } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { pageOnly } from './every-page.ts';
import { withLedger } from './ledger-path.ts';
import { Misuse } from './misuse.ts';
import { attemptText, toldWords, withMoments } from './notification-text.ts';
import { countOption, cursorOption } from './page-options.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { moment, table } from './table.ts';
import { durationOption } from './window-option.ts';

type ListOptions = {
  dead?: boolean;
  state?: NotificationState;
  destination?: string;
  since?: string;
  limit: number;
  after?: string;
  json?: boolean;
};

/** `tocsin notifications list|show`: what each destination was told, and is owed. */
export const notificationsCommand: AddCommand = (program, invocation, done) => {
  const notifications = program
    .command('notifications')
    .description('what each destination was told of each episode, and what it is owed');
  listCommand(notifications, invocation);
  notifications
    .command('show')
    .argument('<id>', 'the id of the notification')
    .description('one notification: its attempts with their results, why it is dead, the episode it is about')
    .option('--json', 'print it as JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      done(await withLedger(invocation, (ledger) => show(ledger, id, { ...options, ...invocation })));
    });
};

function listCommand(notifications: Command, invocation: Invocation): void {
  notifications
    .command('list')
    .description('notifications, the newest first')
    .option('--dead', 'only what was given up, and why')
    .addOption(new Option('--state <state>', 'only in this state').choices(notificationStates))
    .option('--destination <name>', 'only to this destination')
    .option('--since <duration>', 'only what was owed within so long, such as 2h; with --dead what died within it')
    .option('--limit <n>', 'at most so many', countOption, 50)
    .option('--after <cursor>', 'go on after a page', cursorOption)
    .option('--json', 'print {"items", "next"} as JSON')
    .action(async (options: ListOptions) => {
      await withLedger(invocation, (ledger) => list(ledger, options, invocation));
    });
}

async function list(ledger: Ledger, options: ListOptions, { print }: Invocation): Promise<void> {
  const { items, next } = await page(ledger, options);
  if (options.json) return print(JSON.stringify({ items: items.map(withMoments), ...(next ? { next } : {}) }, null, 2));
  if (items.length === 0) return print(isDead(options) ? 'Nothing is dead.' : 'There are no such notifications.');
  const why = items.some((each) => each.reason !== undefined);
  const rows = items.map(({ owedSince, state, destination, id, key, number, reason }) => [
    ...[moment(owedSince), state, destination, id, `${key} #${number}`],
    ...(why ? [reason ?? ''] : []),
  ]);
  print(table(['owed since', 'state', 'destination', 'id', 'about', ...(why ? ['why'] : [])], rows));
  if (next) print(`(more: --after ${next})`);
}

function isDead({ dead, state }: ListOptions): boolean {
  if (dead && state !== undefined && state !== 'dead') throw new Misuse(`--dead and --state ${state} leave nothing`);
  return dead === true || state === 'dead';
}

async function page(ledger: Ledger, options: ListOptions): Promise<Page<Notification>> {
  const { destination, since } = options;
  const state = isDead(options) ? 'dead' : options.state;
  const sinceMs = since === undefined ? undefined : durationOption('--since', since);
  const only = {
    ...(destination === undefined ? {} : { destination }),
    ...(state === undefined ? {} : { state }),
    ...(sinceMs !== undefined && state === 'dead' ? { diedWithinMs: sinceMs } : {}),
  };
  const read = (wanted: PageOf) => ledger.listNotifications({ ...wanted, ...only });
  const from = sinceMs === undefined || state === 'dead' ? Number.NEGATIVE_INFINITY : (await ledger.now()) - sinceMs;
  return pageOnly(read, options, (each) => each.owedSince >= from);
}

type ShowOptions = { json?: boolean } & Pick<Invocation, 'print' | 'complain'>;

async function show(ledger: Ledger, id: string, { json, print, complain }: ShowOptions): Promise<number> {
  const found = await ledger.findNotification(id);
  if (!found) {
    complain(`There is no notification "${id}": notifications list shows the ids.`);
    return 1;
  }
  const { notification, episode } = found;
  if (json) {
    print(JSON.stringify({ ...withMoments(notification), episode }, null, 2));
    return 0;
  }
  for (const line of showLines(found, await ledger.now())) print(line);
  return 0;
}

type Found = NonNullable<Awaited<ReturnType<Ledger['findNotification']>>>;

function showLines({ notification, episode }: Found, now: number): string[] {
  const { id, destination, address, state, reason, key, number, attempts } = notification;
  const { title, end } = messageOf(episode);
  const standIn = episode.standIns?.find((each) => each.address === address);
  const instead = standIn ? `, which stands in for ${standIn.standsInFor},` : '';
  const what = episode.kind === 'notice' ? 'a notice' : `episode #${number}`;
  return [
    `${id}: ${destination}${instead} about ${key} #${number}`,
    `  ${state}${reason ? `: ${reason}` : ''}`,
    ...dueLines(notification, now),
    `  ${toldWords(notification)}`,
    `  ${what} (${episode.severity}), ${moment(episode.openedAt)}`,
    `    ${title}`,
    ...(end ? [`    ended ${moment(end.at)}: ${end.words}`] : []),
    ...attempts.map((attempt) => `  ${attemptText(attempt)}`),
  ];
}

function dueLines({ state, owedSince, dueAt }: Found['notification'], now: number): string[] {
  if (state !== 'due' && state !== 'waiting') return [];
  const next = state === 'due' ? `next try at ${moment(dueAt)}` : `looked at again at ${moment(dueAt)} at the latest`;
  return [`  owed since ${moment(owedSince)}, ${dueAt <= now ? 'due now' : next}`];
}
