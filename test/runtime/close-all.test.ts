import { pino } from 'pino';
import { expect, test } from 'vitest';
import { closeAll } from '../../src/runtime/close-all.ts';

test('what was opened last is closed first, and one that fails keeps none of the others open', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const closed: string[] = [];
  const closes = (name: string) => async () => void closed.push(name);
  const throws = () => {
    throw new Error('at once');
  };
  const opened = [closes('ledger'), () => Promise.reject(new Error('later')), closes('http'), throws, closes('app')];
  await closeAll(opened, log);
  expect(closed).toEqual(['app', 'http', 'ledger']);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual(Array(2).fill([50, 'service.not-closed']));
  await closeAll(opened, log);
  expect(closed).toHaveLength(3);
});
