import { describe, expect, test } from 'vitest';
import { nothingTold } from '../../../src/domain/telling/notification.ts';
import { acked, acknowledged, end, ended, maybe, next, part, raised, told } from '../made-told.ts';
import { edited, folded, posted, threaded } from '../made-ways.ts';

const held = { for: 'silence:s1', why: 'silence s1', restMs: 60_000 };

describe('what is held back', () => {
  const wait = { act: 'wait', for: 'silence:s1', why: 'silence s1', afterMs: 60_000 };

  test.each([
    ['edited', edited],
    ['threaded', threaded],
    ['posted', posted],
    ['folded', folded],
  ] as const)('is an open and a notice, %s, and looked at again every ten minutes', (_, ways) => {
    expect(next({}, nothingTold, ways, { held })).toEqual(wait);
    expect(next({ kind: 'notice' }, nothingTold, ways, { held })).toEqual(wait);
    expect(next({}, nothingTold, ways, { held: { ...held, restMs: 86_400_000 } })).toEqual({
      ...wait,
      afterMs: 600_000,
    });
  });

  test('is a rise where an update rings', () => {
    const rise = { revision: 2, severity: 'critical' as const, changes: [raised] };
    for (const ways of [folded, posted]) expect(next(rise, told(part()), ways, { held })).toEqual(wait);
    expect(next(rise, told(part()), threaded, { held })).toMatchObject({ act: 'update' });
  });

  test('is no other edit, no acknowledgement and no end', () => {
    for (const ways of [edited, threaded, folded]) {
      expect(next({ revision: 2 }, told(part({ at: -60_000 })), ways, { held })).toMatchObject({ act: 'update' });
      expect(next({ revision: 2, end }, told(part()), ways, { held })).toMatchObject({ act: 'resolve' });
    }
    expect(next({ revision: 2, acknowledged }, told(part()), folded, { held })).toMatchObject({ act: 'acknowledge' });
    expect(next({ severity: 'info', revision: 2 }, told(part()), posted, { held })).toMatchObject({ act: 'update' });
  });

  test('is nothing at all when it is over before it was told', () => {
    expect(next({ revision: 2, end }, nothingTold, folded, { held })).toEqual({ act: 'nothing' });
    expect(next({ revision: 2, end }, maybe, folded, { held })).toMatchObject({ act: 'resolve' });
  });

  test('is the reply about a rise, and neither the others nor the end', () => {
    const at = (revision: number) => told(part({ revision, severity: 'critical' }));
    const rise = { revision: 2, severity: 'critical' as const, changes: [raised] };
    expect(next(rise, at(2), threaded, { held })).toEqual(wait);
    const both = { ...rise, revision: 3, changes: [raised, acked] };
    expect(next(both, at(3), threaded, { held })).toMatchObject({ act: 'reply', change: acked });
    const over = { ...rise, revision: 4, end, changes: [raised, ended] };
    expect(next(over, at(4), threaded, { held })).toMatchObject({ act: 'reply', change: ended });
    const allTold = { ...at(4), replies: [{ of: 4, ref: 'C1:4.4' }] };
    expect(next(over, allTold, threaded, { held })).toEqual({ act: 'nothing' });
    expect(next(over, allTold, threaded)).toEqual({ act: 'nothing' });
  });
});
