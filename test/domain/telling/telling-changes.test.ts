import { describe, expect, test } from 'vitest';
import type { EpisodeChange } from '../../../src/domain/incident/incident.ts';
import { nothingTold } from '../../../src/domain/telling/notification.ts';
import { acked, acknowledged, end, ended, key, next, part, raised, told } from '../made-told.ts';
import { edited, folded, threaded } from '../made-ways.ts';

describe('edits in place', () => {
  const now = 4_000;

  test('wait for one another when they are not urgent', () => {
    expect(next({ revision: 2 }, told(part()), threaded, { now })).toEqual({
      act: 'wait',
      why: 'it was told a moment ago: what changed since is told in one edit',
      afterMs: 6_000,
    });
    expect(next({ revision: 2 }, told(part()), threaded, { now: 10_000 })).toMatchObject({ act: 'update' });
  });

  test('wait for no clock that went back', () => {
    expect(next({ revision: 2 }, told(part({ at: 5_000 })), threaded, { now })).toMatchObject({ afterMs: 10_000 });
    expect(next({ revision: 2 }, told(part({ at: 3_600_000 })), threaded, { now })).toMatchObject({ act: 'update' });
  });

  test('do not wait with a rise, a person’s word or the end', () => {
    expect(next({ revision: 2, severity: 'critical' }, told(part()), threaded, { now })).toMatchObject({
      act: 'update',
    });
    expect(next({ revision: 3, changes: [acked] }, told(part()), threaded, { now })).toMatchObject({ act: 'update' });
    expect(next({ revision: 2, end }, told(part()), threaded, { now })).toMatchObject({ act: 'resolve' });
  });

  test('wait also with a fall in severity, and with what was told of a person before', () => {
    expect(next({ revision: 2, severity: 'info' }, told(part()), threaded, { now })).toMatchObject({ act: 'wait' });
    const after = { ...told(part({ revision: 3 })), replies: [{ of: 3, ref: 'C1:3.3' }] };
    expect(next({ revision: 4, changes: [acked] }, after, threaded, { now })).toMatchObject({ act: 'wait' });
  });
});

describe('replies below a message', () => {
  const episode = { revision: 4, end, changes: [raised, acked, ended] };
  const root = part({ revision: 4 });

  test('come after what the message says, the oldest first, one by one', () => {
    expect(next(episode, told(part()), threaded)).toMatchObject({ act: 'resolve' });
    expect(next(episode, told(root), threaded)).toEqual({ act: 'reply', change: raised, ref: root.ref });
    const one = { ...told(root), replies: [{ of: 2, ref: 'C1:2.2' }] };
    expect(next(episode, one, threaded)).toMatchObject({ act: 'reply', change: acked });
  });

  test('are not made of what the message opened with, of a snooze, or where there are no threads', () => {
    expect(next(episode, { ...told(root), since: 4 }, threaded)).toEqual({ act: 'nothing' });
    const snoozed: EpisodeChange = { revision: 4, at: 1, what: 'snoozed' };
    expect(next({ revision: 4, changes: [snoozed] }, told(root), threaded)).toEqual({ act: 'nothing' });
    expect(next(episode, told(root), edited)).toEqual({ act: 'nothing' });
  });

  test('that may have arrived are looked for twice, and then made again', () => {
    const unsure = (sought: number) => ({ ...told(root), replies: [{ of: 2, sought }] });
    for (const sought of [0, 1]) {
      expect(next(episode, unsure(sought), threaded)).toEqual({
        act: 'find',
        reply: { change: raised, below: root.ref },
      });
    }
    expect(next(episode, unsure(2), threaded)).toMatchObject({ act: 'reply', change: raised });
  });

  test('that were given up are not made again', () => {
    const dropped = { ...told(root), replies: [{ of: 4, dropped: true as const }] };
    expect(next(episode, dropped, threaded)).toEqual({ act: 'nothing' });
  });

  test('do not wait for an edit that can wait', () => {
    const later = { revision: 5, changes: [acked] };
    expect(next(later, told(part({ revision: 3 })), threaded, { now: 1 })).toMatchObject({ act: 'reply' });
  });
});

describe('an acknowledgement', () => {
  test('is told once, after the open and before any other change', () => {
    const episode = { revision: 3, acknowledged, changes: [acked] };
    expect(next(episode, nothingTold, folded)).toMatchObject({ act: 'open' });
    expect(next(episode, told(part()), folded)).toEqual({ act: 'acknowledge', key, part: 0, ref: 'C1:1.1' });
    const known = told(part({ revision: 3, acknowledged: 1 }));
    expect(next(episode, known, folded)).toEqual({ act: 'nothing' });
  });

  test('is told again where somebody let go of it and it was taken on once more', () => {
    const again = { revision: 5, heardRevision: 3, acknowledged: { by: 'bob', at: 7 } };
    const known = told(part({ revision: 3, acknowledged: 1 }));
    expect(next(again, known, folded)).toMatchObject({ act: 'acknowledge' });
  });

  test('and a snooze, and the end of one, change nothing of a page, which might ring again', () => {
    const { acknowledged: _a, ...letGo } = { revision: 6, heardRevision: 3, acknowledged };
    const snoozed = {
      ...letGo,
      snoozed: { by: 'ann', at: 1, until: 9 },
      changes: [{ ...acked, what: 'snoozed' as const }],
    };
    const known = told(part({ revision: 3 }));
    for (const episode of [letGo, snoozed]) {
      expect(next(episode, known, folded)).toEqual({ act: 'nothing' });
      expect(next(episode, known, edited)).toMatchObject({ act: 'update' });
    }
    expect(next({ ...snoozed, end }, known, folded)).toMatchObject({ act: 'resolve' });
  });

  test('is not told after the end, nor where nobody asks for it', () => {
    expect(next({ revision: 3, acknowledged, end }, told(part()), folded)).toMatchObject({ act: 'resolve' });
    expect(next({ revision: 3, acknowledged, end }, told(part({ revision: 3 })), folded)).toEqual({ act: 'nothing' });
    expect(next({ revision: 3, acknowledged }, told(part({ revision: 3 })), edited)).toEqual({ act: 'nothing' });
  });
});
