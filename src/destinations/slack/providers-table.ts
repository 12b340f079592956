import type { Message } from '../../domain/message/message.ts';
import { cutText, oneLine } from '../plain-text.ts';
import { escapedWhole, fittingLines } from './mrkdwn.ts';

/** Fits a phone, which shows some 38 fixed-width characters in a line beside the colour bar. */
const columns = { provider: 14, placements: 22 };
const mostRows = 15;
const mostUnits = 1_200;

/**
 * A row for each provider, which may come more than once: where its mails were put, and how many where not one. Those
 * where all went well come last, and are the first to be left out.
 */
export function providersTable(providers: Message['providers']): string[] {
  if (providers.length === 0) return [];
  const tallies = tally(providers);
  const worstFirst = [...tallies].toSorted(([, one], [, other]) => Number(isFine(one)) - Number(isFine(other)));
  const rows = worstFirst.slice(0, mostRows).map(([provider, placements]) => ({
    provider: cell(provider, columns.provider),
    placements: cell([...placements].map(howMany).join(', '), columns.placements),
  }));
  const width = Math.max(...rows.map(({ provider }) => provider.length));
  const lines = rows.map((row) => escapedWhole(`${row.provider.padEnd(width)}  ${row.placements}`));
  return ['```', ...fittingLines(lines, { units: mostUnits, lines: mostRows, of: tallies.size }), '```'];
}

function tally(providers: Message['providers']): Map<string, Map<string, number>> {
  const tallies = new Map<string, Map<string, number>>();
  for (const { provider, placement } of providers) {
    const placements = tallies.get(provider) ?? new Map<string, number>();
    tallies.set(provider, placements.set(placement, (placements.get(placement) ?? 0) + 1));
  }
  return tallies;
}

function isFine(placements: Map<string, number>): boolean {
  return [...placements.keys()].every((placement) => placement.toLowerCase() === 'inbox');
}

function howMany([placement, times]: [string, number]): string {
  return times === 1 ? placement : `${placement} ×${times}`;
}

/** No backtick: three of them would end the fixed-width block. */
function cell(text: string, width: number): string {
  return cutText(oneLine(text).replaceAll('`', "'"), width);
}
