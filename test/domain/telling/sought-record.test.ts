import { describe, expect, test } from 'vitest';
import { nothingTold } from '../../../src/domain/telling/notification.ts';
import { absentRecord, foundRecord, unfindableRecord } from '../../../src/domain/telling/sought-record.ts';
import { maybeRecord, toldRecord } from '../../../src/domain/telling/told-record.ts';
import { anEpisode } from '../episodes.ts';
import { acked, key, maybe, next, part, told } from '../made-told.ts';
import { threaded } from '../made-ways.ts';

describe('what was looked for', () => {
  const episode = anEpisode({ revision: 4, changes: [acked] });
  const unsure = { ...told(part({ revision: 4 })), since: 1, replies: [{ of: 3 }] };
  const look = { act: 'find', reply: { change: acked, below: 'C1:1.1' } } as const;

  test('and found below the message was told', () => {
    expect(foundRecord(unsure, look, { refs: ['C1:3.3'], episode }).replies).toEqual([{ of: 3, ref: 'C1:3.3' }]);
  });

  test('and was not there twice is told', () => {
    const once = absentRecord(unsure, look, { episode, at: 5 });
    expect(once).toMatchObject({ told: { replies: [{ of: 3, sought: 1, soughtAt: 5 }] }, afterMs: 3_000 });
    expect(absentRecord(once.told, look, { episode, at: 9 })).toMatchObject({ told: { replies: [] }, afterMs: 0 });
  });

  test('and was not there is not looked for again at once, whatever is owed meanwhile', () => {
    const thread = absentRecord(unsure, look, { episode, at: 1_000 }).told;
    const root = absentRecord(maybe, { act: 'find' }, { episode, at: 1_000 }).told;
    for (const record of [thread, root]) {
      expect(next(episode, record, threaded, { now: 2_000 })).toMatchObject({ act: 'wait', afterMs: 2_000 });
      expect(next(episode, record, threaded, { now: 4_000 })).toMatchObject({ act: 'find' });
      // The clock was set back.
      expect(next(episode, record, threaded, { now: -99_000 })).toMatchObject({ act: 'find' });
    }
  });

  test('where it cannot be is told again', () => {
    expect(next(episode, unfindableRecord(unsure, look, episode), threaded)).toMatchObject({ act: 'reply' });
  });

  test('and found as the message keeps what it may have opened with', () => {
    const first = maybeRecord(
      nothingTold,
      { act: 'open', key },
      { episode: anEpisode({ revision: 2 }), ways: threaded },
    );
    const found = foundRecord(first, { act: 'find' }, { refs: ['C1:1.1'], episode });
    expect(next(episode, found, threaded)).toMatchObject({ act: 'update', ref: 'C1:1.1' });
    const mended = toldRecord(found, { act: 'update', key, part: 0, ref: 'C1:1.1' }, { ref: 'C1:1.1', episode, at: 9 });
    expect(next(episode, mended, threaded)).toMatchObject({ act: 'reply', change: acked });
  });
});
