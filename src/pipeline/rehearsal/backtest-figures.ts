import type { Heard } from './backtest.ts';
import type { Played, Telling } from './play.ts';
import { shadowOpenings } from './play.ts';

/** So many, and how many that is in a day and in a week. */
export type Rate = { count: number; aDay: number; aWeek: number };

export type Figures = {
  messages: Rate;
  pages: Rate;
  /** By rule and destination, the most pages and then messages first. */
  rows: { rule: string; destination: string; messages: Rate; pages: Rate }[];
  /** What rings most: keys, and rules that tell notices. */
  noisiest: { key: string; messages: number; pages: number }[];
  /** Keys that opened again, more than twice, within a day of being over. */
  flapping: { key: string; opened: number; again: number }[];
  /** Rules in shadow, of which nobody is told, that would have opened something. */
  shadow: { rule: string; opened: Rate }[];
  unknownSources: { source: string; deliveries: number }[];
  failed: number;
};

const day = 86_400_000;
const mostNoisy = 10;
const mostAgain = 2;

/** What it comes to. A history of less than a day counts as one. */
export function figuresOf(played: Played, { from, until }: Pick<Heard, 'from' | 'until'>): Figures {
  const { tellings, opened, unknownSources, failed } = played;
  const days = Math.max(1, (until - from) / day);
  const rate = (count: number): Rate => ({ count, aDay: count / days, aWeek: (count * 7) / days });
  const rated = ({ messages, pages }: Sum) => ({ messages: rate(messages), pages: rate(pages) });
  const rows = summed(tellings, ({ rule, destination }) => JSON.stringify([rule, destination]));
  return {
    ...rated(sumOf(tellings)),
    rows: rows.map(({ first: { rule, destination }, ...sum }) => ({ rule, destination, ...rated(sum) })),
    noisiest: summed(tellings, noisyName)
      .slice(0, mostNoisy)
      .map(({ first, messages, pages }) => ({ key: noisyName(first), messages, pages })),
    flapping: [...opened]
      .filter(([, { again }]) => again > mostAgain)
      .map(([key, { times, again }]) => ({ key, opened: times, again }))
      .sort((a, b) => b.again - a.again || b.opened - a.opened),
    shadow: [...shadowOpenings(played)].map(([rule, times]) => ({ rule, opened: rate(times) })),
    unknownSources: [...unknownSources].map(([source, deliveries]) => ({ source, deliveries })),
    failed,
  };
}

/** Each notice has a key of its own. */
function noisyName({ kind, key, rule }: Telling): string {
  return kind === 'notice' ? `notices of ${rule}` : key;
}

type Sum = { messages: number; pages: number };

function sumOf(tellings: readonly Telling[]): Sum {
  const sum = { messages: 0, pages: 0 };
  for (const telling of tellings) add(sum, telling);
  return sum;
}

function add(sum: Sum, { messages, paged }: Telling): void {
  sum.messages += messages;
  sum.pages += Number(paged);
}

function summed(tellings: readonly Telling[], nameOf: (telling: Telling) => string): (Sum & { first: Telling })[] {
  const sums = new Map<string, Sum & { first: Telling }>();
  for (const first of tellings) {
    const name = nameOf(first);
    const sum = sums.get(name) ?? { first, messages: 0, pages: 0 };
    add(sum, first);
    sums.set(name, sum);
  }
  return [...sums.values()].sort((a, b) => b.pages - a.pages || b.messages - a.messages);
}

/** What one file tells and another does not; and what both tell, under keys that are called otherwise. */
export type Comparison = {
  added: Telling[];
  gone: Telling[];
  rekeyed: { before: Telling; after: Telling }[];
};

/** A key that was renamed makes nothing new: it is the same trouble, told at the same moments. */
export function comparisonOf(mine: Played, others: Played): Comparison {
  const gone = Map.groupBy(onlyIn(others, mine), occasionOf);
  const added: Telling[] = [];
  const rekeyed: Comparison['rekeyed'] = [];
  for (const after of onlyIn(mine, others)) {
    const before = gone.get(occasionOf(after))?.shift();
    if (before) rekeyed.push({ before, after });
    else added.push(after);
  }
  return { added, gone: [...gone.values()].flat().sort((a, b) => a.at - b.at), rekeyed };
}

function occasionOf({ rule, kind, address, at, endedAt, paged }: Telling): string {
  return JSON.stringify([rule, kind, address, at, endedAt, paged]);
}

/** What is told by one file and not by another: nothing at that address about that key at any time while it stood. */
export function onlyIn(mine: Played, others: Played): Telling[] {
  const byPlace = Map.groupBy(others.tellings, placeOf);
  return mine.tellings.filter((telling) => {
    const before = lastBegun(byPlace.get(placeOf(telling)) ?? [], endOf(telling));
    return !before || endOf(before) < telling.at;
  });
}

function placeOf({ address, key }: Telling): string {
  return JSON.stringify([address, key]);
}

function endOf({ endedAt = Number.POSITIVE_INFINITY }: Telling): number {
  return endedAt;
}

/** Of those about one key at one address, which follow one upon another. */
function lastBegun(tellings: readonly Telling[], until: number): Telling | undefined {
  let low = 0;
  let high = tellings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tellings[middle]?.at ?? until) <= until) low = middle + 1;
    else high = middle;
  }
  return tellings[low - 1];
}
