import { durationWords } from '../domain/message/duration.ts';
import type { Heard } from '../pipeline/rehearsal/backtest.ts';
import type { Comparison, Figures, Rate } from '../pipeline/rehearsal/backtest-figures.ts';
import type { Telling } from '../pipeline/rehearsal/play.ts';
import { moment, table } from './table.ts';

/** What a rules file would have told, and what is otherwise with the rules in force. */
export type Backtested = {
  path: string;
  /** The rules of the file. */
  rules: string[];
  sinceMs: number;
  heard: Heard;
  figures: Figures;
  against?: { path: string; figures: Figures } & Comparison;
};

/** What a backtest came to, as a person reads it. */
export function backtestText(result: Backtested): string {
  const { path, rules, figures, against } = result;
  const blocks = [
    heardLines(result),
    [`${path}${against ? `, against ${against.path} (in force)` : ''}:`, '', rateTable(figures, against?.figures)],
    silentLines(rules, figures),
    ...(against ? [listed('New', against.added), listed('Gone', against.gone), rekeyedLines(against)] : []),
    noisyLines(figures),
    flappingLines(figures),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** With commas, as in 12,345. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}

function heardLines({ heard, sinceMs, figures }: Backtested): string[] {
  const { from, until, isAll, deliveries, unreadable } = heard;
  const unknown = figures.unknownSources.map(({ source, deliveries }) => `${source} (${counted(deliveries)})`);
  return [
    `${deliveries === 1 ? '1 delivery' : `${counted(deliveries)} deliveries`}, received ${moment(from)} to ${moment(until)} (${durationWords(until - from)})`,
    ...(isAll ? [] : [`Nothing older is kept: that is less than the ${durationWords(sinceMs)} that were asked for.`]),
    ...(unknown.length === 0 ? [] : [`Not heard, since the file has no such source: ${unknown.join(', ')}`]),
    ...(unreadable === 0 ? [] : [`${counted(unreadable)} could not be read`]),
    ...(figures.failed === 0 ? [] : [`${counted(figures.failed)} could not be routed`]),
  ];
}

/** A figure with as many decimals as it takes to see that it is more than that. */
export function figureOver(figure: number, limit: number): string {
  for (let decimals = 1; decimals <= 10; decimals += 1) {
    const words = figure.toFixed(decimals);
    if (Number(words) > limit) return words;
  }
  return String(figure);
}

const tenths = (value: number) => value.toFixed(1);
const cellsOf = ({ count, aDay, aWeek }: Rate) => [counted(count), tenths(aDay), tenths(aWeek)];

/** Rows of the rules in force too, where these tell what the file does not. */
function rateTable(figures: Figures, before: Figures | undefined): string {
  const heading = ['rule', 'destination', 'messages', 'a day', 'a week', 'pages', 'a day', 'a week'];
  const nothing: Rate = { count: 0, aDay: 0, aWeek: 0 };
  const nameOf = ({ rule, destination }: Figures['rows'][number]) => JSON.stringify([rule, destination]);
  const mine = new Map(figures.rows.map((row) => [nameOf(row), row]));
  const theirs = new Map(before?.rows.map((row) => [nameOf(row), row]));
  const gone = [...theirs].flatMap(([name, row]) =>
    mine.has(name) ? [] : [{ ...row, messages: nothing, pages: nothing }],
  );
  const rows = [...mine.values(), ...gone].map((row) => [
    row.rule,
    row.destination,
    ...cellsOf(row.messages),
    ...cellsOf(row.pages),
    ...(before ? weekly(theirs.get(nameOf(row)) ?? { messages: nothing, pages: nothing }) : []),
  ]);
  const all = [
    'in all',
    '',
    ...cellsOf(figures.messages),
    ...cellsOf(figures.pages),
    ...(before ? weekly(before) : []),
  ];
  return figureTable(before ? [...heading, 'in force: messages', 'a week', 'pages', 'a week'] : heading, [
    ...rows,
    all,
  ]);
}

function weekly({ messages, pages }: { messages: Rate; pages: Rate }): string[] {
  return [counted(messages.count), tenths(messages.aWeek), counted(pages.count), tenths(pages.aWeek)];
}

/** Names to the left, and figures to the right. */
function figureTable(heading: string[], rows: string[][], names = 2): string {
  const widths = heading.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const aligned = (row: string[]) =>
    row.map((cell, column) => (column < names ? cell : cell.padStart(widths[column] ?? 0)));
  return table(aligned(heading), rows.map(aligned));
}

function silentLines(rules: readonly string[], { rows, shadow }: Figures): string[] {
  const speaking = new Set([...rows.map(({ rule }) => rule), ...shadow.map(({ rule }) => rule)]);
  const silent = rules.filter((rule) => !speaking.has(rule));
  return [
    ...shadow.map(({ rule, opened }) => {
      return `${rule} is in shadow and tells nobody: it would have opened ${times(opened.count)}, ${tenths(opened.aWeek)} a week`;
    }),
    ...(silent.length === 0 ? [] : [`Nothing would have been told by ${someOf(silent)}`]),
  ];
}

const mostNames = 20;

function someOf(names: readonly string[]): string {
  const more = names.length > mostNames ? ` and ${counted(names.length - mostNames)} more` : '';
  return `${names.slice(0, mostNames).join(', ')}${more}`;
}

const mostListed = 10;

function listed(what: 'New' | 'Gone', tellings: readonly Telling[]): string[] {
  const words = what === 'New' ? 'that the rules in force do not tell' : 'that the rules in force tell';
  if (tellings.length === 0) return [`${what}: nothing ${words}`];
  const pages = tellings.filter(({ paged }) => paged).length;
  const rows = tellings
    .slice(-mostListed)
    .map(({ at, paged, rule, destination, key, title }) => [
      moment(at),
      paged ? 'page' : 'message',
      destination,
      rule,
      key,
      title,
    ]);
  const last = tellings.length > mostListed ? `, the last ${mostListed} of them` : '';
  return [
    `${what}, ${words}: ${many(tellings.length - pages, 'message')} and ${many(pages, 'page')}${last}:`,
    indented(table(['at', 'what', 'destination', 'rule', 'key', 'title'], rows)),
  ];
}

function rekeyedLines({ rekeyed }: Comparison): string[] {
  const [first] = rekeyed;
  if (!first) return [];
  const pages = rekeyed.filter(({ after }) => after.paged).length;
  const sum = `${many(rekeyed.length - pages, 'message')} and ${many(pages, 'page')}`;
  const such = `such as ${first.before.key}, now ${first.after.key}`;
  return [`Under another key, at the same moments and destinations: ${sum}, ${such}`];
}

function noisyLines({ noisiest }: Figures): string[] {
  if (noisiest.length === 0) return [];
  const rows = noisiest.map(({ key, messages, pages }) => [key, counted(messages), counted(pages)]);
  return ['The noisiest keys:', indented(figureTable(['key', 'messages', 'pages'], rows, 1))];
}

function flappingLines({ flapping }: Figures): string[] {
  if (flapping.length === 0) return [];
  const rows = flapping.slice(0, mostListed).map(({ key, opened, again }) => [key, counted(opened), counted(again)]);
  const more = flapping.length > mostListed ? ` (${counted(flapping.length)} keys, the ${mostListed} worst)` : '';
  return [
    `Flapping, opened again within a day of being over${more}:`,
    indented(figureTable(['key', 'opened', 'so soon again'], rows, 1)),
  ];
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function many(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${counted(count)} ${noun}s`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${counted(count)} times`;
}
