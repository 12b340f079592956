import type { Episode } from '../domain/incident/incident.ts';
import type { Notification } from '../domain/telling/notification.ts';
import type { KeptDelivery } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { everyPage } from './every-page.ts';
import { withLedger } from './ledger-path.ts';
import { Misuse } from './misuse.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import { servingNote } from './serving-note.ts';
import { durationOption } from './window-option.ts';

type Options = { dead?: boolean; destination?: string; since?: string; json?: boolean };

/** By id, what was made due again and what was left as it is; how that is said to a person. */
type Redelivered = {
  notifications: string[];
  deliveries: string[];
  left: { id: string; why: string }[];
  lines: string[];
  /** Nothing can be done about what was asked for. */
  refused?: true;
};

/** `tocsin redeliver`: dead letters get another chance. What is true now is told, which may be nothing. */
export const redeliverCommand: AddCommand = (program, invocation, done) => {
  program
    .command('redeliver')
    .argument('[id]', "a notification's id, or that of a delivery that is a dead letter")
    .description(
      'take up again what was given up: what is true now is told, which may be nothing; nothing is told twice',
    )
    .option('--dead', 'everything that is dead')
    .option('--since <duration>', 'everything that died within so long, such as 2h')
    .option('--destination <name>', 'with --dead or --since: only what this destination was to be told')
    .option('--json', 'print {"notifications", "deliveries", "left"} as JSON')
    .action(async (id: string | undefined, options: Options) => {
      done(await redeliver(id, options, invocation));
    });
};

async function redeliver(id: string | undefined, options: Options, invocation: Invocation): Promise<number> {
  const all = options.dead === true || options.since !== undefined;
  if (all === (id !== undefined)) {
    throw new Misuse('Give an id, or else --dead or --since: notifications list --dead shows what is dead.');
  }
  if (!all && options.destination !== undefined) throw new Misuse('--destination goes with --dead or --since.');
  const { print, complain } = invocation;
  const answer = await withLedger(invocation, async (ledger) => {
    const done = id === undefined ? await redeliverDead(ledger, options) : await redeliverOne(ledger, id);
    return done && { ...done, note: isNothing(done) ? [] : await servingNote(ledger) };
  });
  if (!answer) {
    complain(`There is no notification and no delivery "${id}": notifications list and deliveries list show the ids.`);
    return 1;
  }
  const { lines, refused, note, ...ids } = answer;
  if (options.json) print(JSON.stringify(ids, null, 2));
  else for (const line of lines) (refused ? complain : print)(line);
  if (!options.json) for (const line of note) complain(line);
  return refused ? 1 : 0;
}

function isNothing({ notifications, deliveries }: Redelivered): boolean {
  return notifications.length + deliveries.length === 0;
}

async function redeliverOne(ledger: Ledger, id: string): Promise<Redelivered | undefined> {
  const found = await ledger.findNotification(id);
  if (found) return redeliverNotification(ledger, found);
  const deliveries = await ledger.findDeliveries(id);
  if (deliveries.length === 0) return undefined;
  const answers = [];
  for (const each of deliveries) answers.push(await redeliverDelivery(ledger, each));
  const isRefused = answers.every((each) => each.refused);
  return {
    notifications: [],
    deliveries: answers.flatMap((each) => each.deliveries),
    left: answers.flatMap((each) => each.left),
    lines: answers.flatMap((each) => each.lines),
    ...(isRefused ? { refused: true } : {}),
  };
}

type About = { notification: Omit<Notification, 'attempts'>; episode: Episode };

async function redeliverNotification(ledger: Ledger, { notification, episode }: About): Promise<Redelivered> {
  const { id, state, reason } = notification;
  if (state === 'settled') {
    const { destination, key, number } = notification;
    const why = `nothing is owed: ${destination} knows all there is to tell about ${key} #${number}`;
    return { notifications: [], deliveries: [], left: [{ id, why }], lines: [sentence(why)] };
  }
  await ledger.revive({ ids: [id] });
  const was = `${state === 'dead' ? 'It was given up' : 'It was owed already'}${reason === undefined ? '' : `: ${reason}`}.`;
  const held = state === 'waiting' ? ', once nothing holds it back' : '';
  const lines = [
    `Due again: ${aboutWords(notification)}. ${was}`,
    `What is true now is told${held}: ${truthWords({ notification, episode })}. notifications show ${id} has what became of it.`,
  ];
  return { notifications: [id], deliveries: [], left: [], lines };
}

function truthWords({ notification: { told }, episode: { end, kind } }: About): string {
  if (kind === 'notice') return told.opened === 'yes' ? 'nothing, it was told' : 'the notice';
  if (!end) return told.opened === 'yes' ? 'how it stands' : 'that it is open';
  return told.opened === 'no' ? 'nothing, it is over and was never told there' : 'that it is over';
}

async function redeliverDelivery(ledger: Ledger, delivery: KeptDelivery): Promise<Redelivered> {
  const { id, seq, source, state, reason } = delivery;
  const left = (why: string, refused: { refused?: true }): Redelivered => {
    return { notifications: [], deliveries: [], left: [{ id, why }], lines: [sentence(why)], ...refused };
  };
  if (state === 'routed') return left(`delivery ${id} from ${source} was routed: nothing is owed of it`, {});
  if (state === 'unrouted') return left(`delivery ${id} from ${source} is not dead: it is to be routed`, {});
  if ((await ledger.reroute({ seqs: [seq] })) === 0) {
    const words = `delivery ${id} from ${source} cannot be read, however often it is tried: ${reason ?? 'it is no event'}`;
    return left(`${words}. Its sender has to send it in another form`, { refused: true });
  }
  const was = `It was given up: ${reason ?? 'for no known reason'}.`;
  const lines = [
    `Routed again: delivery ${id} from ${source}. ${was}`,
    `deliveries show ${id} has what becomes of it.`,
  ];
  return { notifications: [], deliveries: [id], left: [], lines };
}

async function redeliverDead(ledger: Ledger, { since, destination }: Options): Promise<Redelivered> {
  const within = since === undefined ? {} : { diedWithinMs: durationOption('--since', since) };
  const to = destination === undefined ? {} : { destination };
  const dead = await everyPage((page) => ledger.listNotifications({ ...page, ...within, ...to, state: 'dead' }));
  const ids = dead.map((each) => each.id);
  for (let i = 0; i < ids.length; i += atOnce) await ledger.revive({ ids: ids.slice(i, i + atOnce) });
  const { rerouted, left } = destination === undefined ? await rerouteDead(ledger, within) : { rerouted: [], left: [] };
  const told = dead.map((each) => `${aboutWords(each)} (${each.reason ?? 'given up'})  [${each.id}]`);
  const routed = rerouted.map(({ id, source, reason }) => `delivery ${id} from ${source} (${reason ?? 'given up'})`);
  const due = [...told, ...routed];
  const lines = [
    due.length === 0 ? 'Nothing is dead that could be taken up again.' : `Due again, ${due.length}:`,
    ...due.slice(0, mostLines).map((line) => `  ${line}`),
    ...(due.length > mostLines ? [`  and ${due.length - mostLines} more`] : []),
    ...(due.length > 0 ? ['What is true now is told of each, which may be nothing: notifications list shows it.'] : []),
    ...left.slice(0, mostLines).map(({ why }) => sentence(why)),
  ];
  return { notifications: ids, deliveries: rerouted.map((each) => each.id), left, lines };
}

const atOnce = 100;
const mostLines = 50;

async function rerouteDead(ledger: Ledger, within: { diedWithinMs?: number }) {
  const listed = () => everyPage((page) => ledger.listDeliveries({ ...page, state: 'dead' }));
  const before = await listed();
  await ledger.reroute({ dead: true, ...within });
  const still = new Set((await listed()).map((each) => each.seq));
  // Of those that are left, some may have died before.
  const unreadable = within.diedWithinMs === undefined ? before.filter((each) => still.has(each.seq)) : [];
  return {
    rerouted: before.filter((each) => !still.has(each.seq)),
    left: unreadable.map(({ id, source, reason }) => ({
      id,
      why: `delivery ${id} from ${source} stays dead: it cannot be read (${reason ?? 'it is no event'})`,
    })),
  };
}

function aboutWords({ destination, key, number }: Pick<Notification, 'destination' | 'key' | 'number'>): string {
  return `${destination}, about ${key} #${number}`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
