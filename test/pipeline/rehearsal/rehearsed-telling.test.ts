import { expect, test } from 'vitest';
import { ownerNotice } from '../../../src/domain/notice.ts';
import { owedFor } from '../../../src/domain/telling/owed.ts';
import type { ToldThen } from '../../../src/pipeline/rehearsal/rehearsed-telling.ts';
import { rehearsedTelling } from '../../../src/pipeline/rehearsal/rehearsed-telling.ts';
import { chatWays } from '../made-destination.ts';

test('a word to the owner is told once, however often it is owed', () => {
  const told: ToldThen[] = [];
  const telling = rehearsedTelling(
    () => chatWays,
    (each) => void told.push(each),
  );
  const owner = { address: 'made:chat', destination: 'chat' };
  const owe = (about: string, now: number) => {
    const episode = ownerNotice({ about, words: 'it is so', severity: 'warning', now });
    const owed = owedFor({ change: 'opened', episode, joined: [owner] }, [owner]);
    telling.owe(
      owed.map((each) => each.owed),
      [episode],
      now,
    );
  };
  owe('one', 1);
  owe('one', 2);
  owe('another', 3);
  expect(told.map(({ at, act, episode }) => [at, act, episode.key])).toEqual([
    [1, 'notice', 'owner:one'],
    [3, 'notice', 'owner:another'],
  ]);
});
