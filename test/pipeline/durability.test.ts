import { pino } from 'pino';
import { expect, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { durability } from '../../src/pipeline/durability.ts';

const fsync = 'Redis does not write to disk before it answers.';
const eviction = 'Redis drops whatever it likes when memory is full.';

/** A ledger that may lose what it is said to, and what the log has of that. */
function openMade() {
  const may = { lose: [] as string[], answers: true };
  const lines: Record<string, unknown>[] = [];
  const warnings = async () => {
    if (!may.answers) throw new LedgerUnavailable('down');
    return [...may.lose];
  };
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return {
    may,
    warned: () => lines.map(({ level, warning }) => [level, warning]),
    ...durability({ ledger: { warnings }, log }),
  };
}

test('what a ledger may lose is logged once, and said as long as it is so', async () => {
  const { may, warned, turn, warnings } = openMade();
  may.lose = [fsync];
  for (let asked = 0; asked < 3; asked += 1) expect(await turn()).toBeLessThanOrEqual(300_000);
  expect(warned()).toEqual([[40, fsync]]);
  expect(warnings()).toEqual([fsync]);
});

test('what it may lose after a failover is noticed, and what it may not lose any more is forgotten', async () => {
  const { may, warned, turn, warnings } = openMade();
  await turn();
  may.lose = [fsync, eviction];
  await turn();
  may.lose = [eviction];
  await turn();
  expect(warnings()).toEqual([eviction]);
  may.lose = [fsync, eviction];
  await turn();
  expect(warned()).toEqual([fsync, eviction, fsync].map((each) => [40, each]));
});

test('while it does not answer, what was known is still said', async () => {
  const { may, turn, warnings } = openMade();
  may.lose = [fsync];
  await turn();
  may.answers = false;
  await expect(turn()).rejects.toThrow(LedgerUnavailable);
  expect(warnings()).toEqual([fsync]);
});
