import { expect, test } from 'vitest';
import { groupCommit } from '../../src/ledger/group-commit.ts';

/** Groups numbers; the groups that ran. A number of many bytes is `bytes` long, any other one byte. */
function numbers(
  options: {
    bytes?: (item: number) => number;
    weight?: (item: number) => number;
    fail?: (items: number[]) => boolean;
  } = {},
) {
  const groups: number[][] = [];
  const commit = groupCommit<number, string>({
    bytes: options.bytes ?? (() => 1),
    ...(options.weight && { weight: options.weight }),
    async run(items) {
      groups.push(items);
      if (options.fail?.(items)) throw new Error('down');
      return items.map((item) => `kept ${item}`);
    },
  });
  return { groups, commit };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const count = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('what comes in one turn goes together, each with its own answer', async () => {
  const { groups, commit } = numbers();

  const answers = await Promise.all([1, 2, 3].map(commit));

  expect(groups).toEqual([[1, 2, 3]]);
  expect(answers).toEqual(['kept 1', 'kept 2', 'kept 3']);
});

test('what comes in another turn goes by itself', async () => {
  const { groups, commit } = numbers();

  await commit(1);
  await commit(2);

  expect(groups).toEqual([[1], [2]]);
});

test('what comes during a run waits and goes together', async () => {
  const groups: number[][] = [];
  let begun = () => {};
  let finish = () => {};
  const running = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const commit = groupCommit<number, number>({
    bytes: () => 1,
    async run(items) {
      groups.push(items);
      begun();
      if (groups.length === 1) await gate;
      return items;
    },
  });

  const first = commit(1);
  await running;
  const rest = [2, 3].map(commit);
  finish();
  await Promise.all([first, ...rest]);

  expect(groups).toEqual([[1], [2, 3]]);
});

test('a group holds at most 64 items', async () => {
  const { groups, commit } = numbers();

  await Promise.all(count(0, 130).map(commit));

  expect(groups.map((group) => group.length)).toEqual([64, 64, 2]);
  expect(groups.flat()).toEqual(count(0, 130));
});

test('a group holds at most a mebibyte, or one that is larger', async () => {
  const mebibyte = 1024 * 1024;
  const sizes = [mebibyte - 1, 1, 1, 3 * mebibyte, 1];
  const { groups, commit } = numbers({ bytes: (item) => sizes[item] ?? 0 });

  await Promise.all(count(0, 5).map(commit));

  expect(groups).toEqual([[0, 1], [2], [3], [4]]);
});

test('an item may weigh as much as several, and is never split', async () => {
  const { groups, commit } = numbers({ weight: (item) => item });

  await Promise.all([60, 4, 1, 100, 64].map(commit));

  expect(groups).toEqual([[60, 4], [1], [100], [64]]);
});

test('a run waits while each turn brings more', async () => {
  const { groups, commit } = numbers();

  const written = [commit(1), commit(2)];
  await turn();
  written.push(commit(3));
  await Promise.all(written);

  expect(groups).toEqual([[1, 2, 3]]);
});

test('a run does not wait long for a trickle that never pauses', async () => {
  const { groups, commit } = numbers();
  let answered = false;
  void commit(0).then(() => {
    answered = true;
  });

  let written = commit(1);
  while (!answered) {
    written = commit(1);
    const until = performance.now() + 1;
    while (performance.now() < until);
    await turn();
  }
  await written;

  expect(groups[0]?.length).toBeLessThan(64);
});

test('a run that fails rejects its own items and no others', async () => {
  const { groups, commit } = numbers({ fail: (items) => items.includes(3) });

  const settled = await Promise.allSettled(count(0, 70).map(commit));

  expect(groups).toHaveLength(2);
  expect(settled.slice(0, 64).map((each) => each.status)).toEqual(Array(64).fill('rejected'));
  expect(settled.slice(64).map((each) => each.status)).toEqual(Array(6).fill('fulfilled'));
  expect(await commit(99)).toBe('kept 99');
});
