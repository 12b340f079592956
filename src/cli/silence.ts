import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { Option } from 'commander';
import { severities } from '../domain/incident/incident.ts';
import { durationWords } from '../domain/message/duration.ts';
import type { Silence } from '../domain/telling/silence.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { withLedger } from './ledger-path.ts';
import type { PersonOptions } from './person-options.ts';
import { personOf, withPersonOptions } from './person-options.ts';
import type { AddCommand, Invocation } from './run-command.ts';
import type { FilterOptions } from './silence-filter.ts';
import { silenceFilter } from './silence-filter.ts';
import { silencedNow } from './silenced-now.ts';
import { moment, table } from './table.ts';
import { momentForm, momentOption, windowEnd } from './window-option.ts';

type AddOptions = FilterOptions & PersonOptions & { for?: string; until?: string; from?: string; json?: boolean };

/** `tocsin silence add|list|expire`: windows in which nothing new is told. */
export const silenceCommand: AddCommand = (program, invocation, done) => {
  const silence = program
    .command('silence')
    .description('windows in which nothing new is told; what was told is still edited, and ended');
  addCommand(silence, invocation, done);
  silence
    .command('list')
    .description('silences in force and to come, the newest first')
    .option('--all', 'also those that ended in the last 30 days')
    .option('--json', 'print {"items"} as JSON')
    .action(async (options: { all?: boolean; json?: boolean }) => {
      await withLedger(invocation, (ledger) => list(ledger, options, invocation));
    });
  silence
    .command('expire')
    .argument('<id>', 'the id of the silence')
    .description('end a silence now; what it held back, and is still true, is told')
    .option('--by <name>', 'who does it (the user of this machine)')
    .option('--json', 'print the silence as JSON')
    .action(async (id: string, options: { by?: string; json?: boolean }) => {
      done(await withLedger(invocation, (ledger) => expire(ledger, id, { ...options, ...invocation })));
    });
};

function addCommand(silence: Command, invocation: Invocation, done: (exitCode: number) => void): void {
  const add = silence
    .command('add')
    .argument(
      '[filter]',
      'JSON over key, rules, severity and event (the last one), such as \'{"event": {"domain": "a.example"}}\'',
    )
    .description('tell nothing new of what the filter and the options match, for a while')
    .option('--key <glob>', 'only keys such as this: * is anything, ? one character')
    .option('--rule <id>', 'only what this rule feeds')
    .addOption(new Option('--severity <severity>', 'only of this severity').choices(severities))
    .option('--everything', 'whatever it is')
    .option('--for <duration>', 'for so long, such as 2h')
    .option('--until <moment>', `until then, ${momentForm}`)
    .option('--from <moment>', 'it begins then (now)');
  withPersonOptions(add)
    .option('--json', 'print the silence, and what it silences now, as JSON')
    .action(async (text: string | undefined, options: AddOptions) => done(await keep(text, options, invocation)));
}

async function keep(text: string | undefined, options: AddOptions, invocation: Invocation): Promise<number> {
  const { print, complain } = invocation;
  const made = silenceFilter(text, options);
  if (!made.ok) {
    for (const { path, message } of made.problems) complain(`${path}: ${message}`);
    return 2;
  }
  const person = personOf(options);
  const { kept, now, open } = await withLedger(invocation, async (ledger) => {
    const now = await ledger.now();
    const startsAt = options.from === undefined ? undefined : momentOption('--from', options.from, now);
    const window = {
      endsAt: windowEnd(options, { now, from: startsAt ?? now }),
      ...(startsAt === undefined ? {} : { startsAt }),
    };
    const kept = await ledger.keepSilence({ id: newId(), filter: made.filter, comment: '', ...person, ...window });
    return { kept, now: await ledger.now(), open: await silencedNow(ledger, kept.filter) };
  });
  if (options.json) {
    print(JSON.stringify({ ...withMoments(kept, now), silences: open.map((each) => each.key) }, null, 2));
    return 0;
  }
  const begins = kept.startsAt > now ? `from ${moment(kept.startsAt)} ` : '';
  print(
    `Silence ${kept.id} holds ${begins}until ${moment(kept.endsAt)} (${durationWords(kept.endsAt - kept.startsAt)}), by ${kept.by}.`,
  );
  print(`  ${JSON.stringify(kept.filter)}`);
  for (const line of openLines(open.map((each) => each.key))) print(line);
  print(`silence expire ${kept.id} ends it before that.`);
  return 0;
}

const shown = 20;

function openLines(keys: string[]): string[] {
  if (keys.length === 0) return ['Nothing that is open now matches it.'];
  const what = keys.length === 1 ? '1 open incident matches' : `${keys.length} open incidents match`;
  return [
    `${what} it now. What was told already stands, and the end will be told; nothing new rings:`,
    ...keys.slice(0, shown).map((key) => `  ${key}`),
    ...(keys.length > shown ? [`  and ${keys.length - shown} more`] : []),
  ];
}

/** Short enough to be typed, of letters and digits that are not taken for one another. */
function newId(): string {
  const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';
  return Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

type Listing = { all?: boolean; json?: boolean };

async function list(ledger: Ledger, { all = false, json }: Listing, { print }: Invocation): Promise<void> {
  const [items, now] = [await ledger.listSilences({ over: all }), await ledger.now()];
  if (json) return print(JSON.stringify({ items: items.map((each) => withMoments(each, now)) }, null, 2));
  if (items.length === 0) return print(all ? 'There are no silences.' : 'Nothing is silenced (--all shows what was).');
  const rows = items.map((each) => {
    const { id, startsAt, endsAt, by, comment, expiredBy } = each;
    const ended = expiredBy === undefined ? '' : `, ended by ${expiredBy}`;
    return [
      id,
      `${stateOf(each, now)}${ended}`,
      moment(startsAt),
      moment(endsAt),
      by,
      comment || '-',
      JSON.stringify(each.filter),
    ];
  });
  print(table(['id', 'state', 'from', 'until', 'by', 'comment', 'filter'], rows));
}

/** One that began at once holds also where the clock went back since. */
function stateOf({ startsAt, endsAt, createdAt }: Silence, now: number): 'upcoming' | 'in force' | 'over' {
  if (endsAt <= now) return 'over';
  return startsAt > Math.max(now, createdAt) ? 'upcoming' : 'in force';
}

function withMoments(silence: Silence, now: number) {
  const { startsAt, endsAt, createdAt, ...rest } = silence;
  const [from, until, made] = [startsAt, endsAt, createdAt].map((at) => new Date(at).toISOString());
  return { ...rest, state: stateOf(silence, now), startsAt: from, endsAt: until, createdAt: made };
}

type ExpireOptions = { by?: string; json?: boolean } & Pick<Invocation, 'print' | 'complain'>;

async function expire(ledger: Ledger, id: string, { by, json, print, complain }: ExpireOptions): Promise<number> {
  const person = personOf(by === undefined ? {} : { by });
  const before = (await ledger.listSilences({ over: true })).find((each) => each.id === id);
  const wasOver = before !== undefined && before.endsAt <= (await ledger.now());
  const silence = await ledger.expireSilence(id, person.by);
  if (!silence) {
    complain(`There is no silence "${id}": silence list shows those that hold, with --all those that held.`);
    return 1;
  }
  if (json) print(JSON.stringify(withMoments(silence, await ledger.now()), null, 2));
  else if (wasOver) complain(`Silence ${id} is over already, since ${moment(silence.endsAt)}.`);
  else print(`Silence ${id} is over. What it held back, and is still true, is told now.`);
  return wasOver ? 1 : 0;
}
