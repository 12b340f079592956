import { describe, expect, test } from 'vitest';
import { doubted, withoutDoubt } from '../../../src/domain/telling/doubt.ts';
import { nothingTold } from '../../../src/domain/telling/notification.ts';
import { absentRecord, foundRecord, unfindableRecord } from '../../../src/domain/telling/sought-record.ts';
import { toldRecord } from '../../../src/domain/telling/told-record.ts';
import { anEpisode } from '../episodes.ts';
import { end, key, next, part, told } from '../made-told.ts';
import { edited, folded, posted, threaded } from '../made-ways.ts';

const open = { act: 'open', revision: 1, severity: 'warning' } as const;
const resolve = { act: 'resolve', revision: 5, severity: 'warning' } as const;
const ended = { revision: 5, end };
const episode = anEpisode(ended);
const known = told(part({ revision: 5 }));

describe('a call that got no answer', () => {
  test('keeps what is told from being done with for ten seconds', () => {
    for (const ways of [edited, threaded, folded, posted]) {
      const unsure = doubted(known, open, 1_000);
      expect(next(ended, unsure, ways, { now: 1_000 })).toMatchObject({ act: 'wait', afterMs: 10_000 });
      expect(next(ended, unsure, ways, { now: 6_000 })).toMatchObject({ act: 'wait', afterMs: 5_000 });
      expect(withoutDoubt(unsure, { now: 10_999, isOver: true }, ways)).toEqual(unsure);
    }
  });

  test('is not waited for where it would say what stands there already', () => {
    for (const ways of [edited, threaded, folded]) {
      const unsure = doubted(known, { ...open, act: 'update', revision: 5 }, 0);
      expect(next({ revision: 5 }, unsure, ways, { now: 1 })).toEqual({ act: 'nothing' });
      expect(withoutDoubt(unsure, { now: 10_000, isOver: false }, ways).parts).toEqual(known.parts);
    }
  });

  test('is waited for no longer where the clock went back', () => {
    const over = (now: number) => ({ now, isOver: true });
    const unsure = doubted(known, open, 900_000);
    expect(next(ended, unsure, folded, { now: 899_000 })).toMatchObject({ act: 'wait', afterMs: 10_000 });
    expect(withoutDoubt(unsure, over(890_001), folded)).toEqual(unsure);
    expect(withoutDoubt(unsure, over(890_000), folded)).not.toHaveProperty('doubt');
  });

  test('that may have come through meanwhile has the truth told once more', () => {
    const after = withoutDoubt(doubted(known, open, 0), { now: 10_000, isOver: true }, folded);
    expect(after).not.toHaveProperty('doubt');
    expect(next(ended, after, folded, { now: 10_000 })).toMatchObject({ act: 'resolve', key, part: 0 });
    const copies = told(part({ revision: 5 }), part({ ref: 'C1:2.2', revision: 5 }));
    const edits = withoutDoubt(
      doubted(copies, { ...open, act: 'update', revision: 3 }, 0),
      { now: 10_000, isOver: false },
      edited,
    );
    expect(edits.parts.map(({ revision }) => revision)).toEqual([-1, -1]);
  });

  test('that may have ended the episode before has the acknowledgement told once more', () => {
    const acked = told(part({ revision: 6, acknowledged: 1 }));
    const after = withoutDoubt(doubted(acked, resolve, 0), { now: 10_000, isOver: false }, folded);
    expect(after.parts).toEqual([part({ revision: -1 })]);
  });

  test('is looked for once more where nothing is known to stand', () => {
    const after = withoutDoubt(doubted(nothingTold, open, 0), { now: 10_000, isOver: true }, threaded);
    expect(next(ended, after, threaded, { now: 10_000 })).toEqual({ act: 'find' });
  });

  test('that posted has copies looked for where they can be', () => {
    const posts = withoutDoubt(doubted(known, open, 0), { now: 10_000, isOver: true }, threaded);
    const mended = toldRecord(
      posts,
      { act: 'resolve', key, part: 0, ref: 'C1:1.1' },
      { ref: 'C1:1.1', episode, at: 0 },
    );
    expect(next(ended, mended, threaded, { now: 10_000 })).toEqual({ act: 'find' });
    const both = foundRecord(mended, { act: 'find' }, { refs: ['C1:2.2', 'C1:1.1'], episode });
    expect(next(ended, both, threaded, { now: 10_000 })).toMatchObject({ act: 'resolve', part: 1, ref: 'C1:2.2' });
    const none = absentRecord(mended, { act: 'find' }, { episode, at: 10_000 }).told;
    for (const record of [none, unfindableRecord(mended, { act: 'find' }, episode)]) {
      expect(next(ended, record, threaded, { now: 10_000 })).toEqual({ act: 'nothing' });
    }
    const edits = doubted(known, { ...open, act: 'update', ref: 'C1:1.1', revision: 3 }, 0);
    expect(withoutDoubt(edits, { now: 10_000, isOver: true }, threaded)).not.toHaveProperty('mayHaveCopies');
  });

  test('is posted about once more only where it said the opposite, or another severity', () => {
    const over = { now: 10_000, isOver: true };
    expect(next(ended, withoutDoubt(doubted(known, open, 0), over, posted), posted)).toMatchObject({ act: 'resolve' });
    expect(next(ended, withoutDoubt(doubted(known, resolve, 0), over, posted), posted)).toEqual({ act: 'nothing' });
    const both = doubted(doubted(known, open, 0), resolve, 0);
    expect(next(ended, withoutDoubt(both, over, posted), posted)).toMatchObject({ act: 'resolve' });
    const still = withoutDoubt(doubted(known, open, 0), { now: 10_000, isOver: false }, posted);
    expect(next({ revision: 5 }, still, posted)).toEqual({ act: 'nothing' });
    const worse = doubted(known, { ...open, severity: 'critical' }, 0);
    expect(next({ revision: 5 }, worse, posted, { now: 1 })).toMatchObject({ act: 'wait', afterMs: 9_999 });
    const after = withoutDoubt(worse, { now: 10_000, isOver: false }, posted);
    expect(next({ revision: 5 }, after, posted)).toMatchObject({ act: 'update' });
  });

  test('leaves nothing to wait for where it was a reply or a notice', () => {
    for (const act of ['reply', 'notice'] as const)
      expect(doubted(known, { ...open, act, revision: 5 }, 0)).toBe(known);
    expect(next(anEpisode({ kind: 'notice' }), known)).toEqual({ act: 'nothing' });
  });
});
