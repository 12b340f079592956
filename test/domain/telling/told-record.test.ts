import { describe, expect, test } from 'vitest';
import type { Episode } from '../../../src/domain/incident/incident.ts';
import type { Stray, Told } from '../../../src/domain/telling/notification.ts';
import { nothingTold } from '../../../src/domain/telling/notification.ts';
import {
  absorb as absorbed,
  heldRecord,
  maybeRecord,
  refusedRecord,
  toldRecord,
} from '../../../src/domain/telling/told-record.ts';
import { anEpisode } from '../episodes.ts';
import { acked, acknowledged, end, key, maybe, next, part, raised, stray, told } from '../made-told.ts';
import { edited, folded, posted, threaded } from '../made-ways.ts';

function absorb(record: Told, unrecorded: { interrupted: boolean; strays: Stray[]; episode?: Episode }, ways = edited) {
  return absorbed(record, { episode: anEpisode(), now: 0, ...unrecorded }, ways);
}

describe('what nobody recorded', () => {
  const nothing = { interrupted: false, strays: [] };

  test('an attempt that never ended may have told the open', () => {
    expect(absorb(nothingTold, { interrupted: true, strays: [] }, edited)).toEqual(maybe);
    expect(absorb(told(part()), { interrupted: true, strays: [] }, edited)).toEqual(told(part()));
    expect(absorb(nothingTold, nothing, edited)).toEqual(nothingTold);
  });

  test('a message of a late holder is the root where there is none, and a copy otherwise', () => {
    expect(absorb(nothingTold, { ...nothing, strays: [stray()] }, edited)).toMatchObject(told(part({ ref: 'C1:2.2' })));
    const both = absorb(told(part({ revision: 5 })), { ...nothing, strays: [stray()] }, edited);
    expect(both.parts.map((each) => [each.ref, each.revision])).toEqual([
      ['C1:1.1', 5],
      ['C1:2.2', 1],
    ]);
    expect(next({ revision: 5, end }, both)).toMatchObject({ act: 'resolve', part: 1, ref: 'C1:2.2' });
    const mended = toldRecord(
      both,
      { act: 'resolve', key, part: 1, ref: 'C1:2.2' },
      { ref: 'C1:2.2', episode: anEpisode({ revision: 5 }), at: 0 },
    );
    expect(next({ revision: 5, end }, mended)).toEqual({ act: 'nothing' });
  });

  test('a notice that a late holder told is not told again', () => {
    for (const ways of [edited, posted, folded]) {
      const record = absorb(nothingTold, { interrupted: true, strays: [stray({ act: 'notice' })] }, ways);
      expect(next({ kind: 'notice' }, record, ways)).toEqual({ act: 'nothing' });
    }
  });

  test('the same copy twice is one copy', () => {
    const strays = [stray(), stray({ act: 'update', revision: 3 })];
    expect(absorb(told(part({ revision: 5 })), { ...nothing, strays }, edited).parts).toHaveLength(2);
  });

  test('an edit of nobody knows which message leaves each as old as it may be', () => {
    const copy = stray({ ref: 'C1:2.2', revision: 1 });
    const { ref: _ref, ...unknown } = stray({ act: 'resolve', revision: 5 });
    const episode = anEpisode({ revision: 5, end });
    const record = absorb(told(part({ revision: 5 })), { ...nothing, strays: [copy, unknown], episode });
    expect(record.parts.map((each) => [each.ref, each.revision])).toEqual([
      ['C1:1.1', 5],
      ['C1:2.2', 1],
    ]);
    expect(next({ revision: 5, end }, record)).toMatchObject({ act: 'resolve', part: 1, ref: 'C1:2.2' });
  });

  test('an older edit that came through after a newer one is mended', () => {
    const record = absorb(
      told(part({ revision: 5 })),
      { ...nothing, strays: [stray({ ref: 'C1:1.1', revision: 3 })] },
      edited,
    );
    expect(next({ revision: 5 }, record)).toMatchObject({ act: 'update', ref: 'C1:1.1' });
  });

  test('what says the truth already is not told again', () => {
    for (const ways of [edited, posted, folded]) {
      const record = absorb(
        told(part({ revision: 5 })),
        { ...nothing, strays: [stray({ ref: 'C1:1.1', revision: 5 })] },
        ways,
      );
      expect(next({ revision: 5, end }, record, ways)).toEqual({ act: 'nothing' });
    }
  });

  test('a post that opens again after the end was posted is followed by the end', () => {
    const record = absorb(told(part({ revision: 5 })), { ...nothing, strays: [stray({ revision: 3 })] }, posted);
    expect(next({ revision: 5, end }, record, posted)).toMatchObject({ act: 'resolve' });
  });

  test('a post that may say another severity than the one before is followed by what is true', () => {
    const critical = told(part({ severity: 'critical' }));
    const update = { act: 'update', key, part: 0, ref: 'C1:1.1' } as const;
    const eased = anEpisode({ revision: 2, severity: 'warning' });
    const again = { severity: 'critical' as const, revision: 3, changes: [{ ...raised, revision: 3 }] };
    const unanswered = maybeRecord(critical, update, { episode: eased, ways: posted });
    const unrecorded = absorb(critical, { ...nothing, interrupted: true, episode: anEpisode(again) }, posted);
    const held = { for: 'silence:s1', why: 'silence s1', restMs: 60_000 };
    const warned = told(part({ revision: 2 }));
    const strays = [stray({ severity: 'critical' })];
    const stranger = absorb(warned, { ...nothing, strays, episode: anEpisode(again) }, posted);
    for (const record of [unanswered, unrecorded, stranger]) {
      expect(next(again, record, posted)).toMatchObject({ act: 'update' });
      expect(next(again, record, posted, { held })).toMatchObject({ act: 'wait', for: 'silence:s1' });
    }
    const unchanged = { severity: 'critical', revision: 3 } as const;
    const same = absorb(critical, { ...nothing, interrupted: true, episode: anEpisode(unchanged) }, posted);
    expect(next(unchanged, same, posted)).toEqual({ act: 'nothing' });
  });

  test('a late end of the episode before closed the one that is open: it is told again', () => {
    const record = absorb(
      told(part({ revision: 5 })),
      { ...nothing, strays: [stray({ act: 'resolve', revision: 4 })] },
      folded,
    );
    expect(next({ number: 2, revision: 5 }, record, folded)).toMatchObject({ act: 'update' });
  });
});

describe('replies that nobody recorded', () => {
  const episode = anEpisode({ revision: 3, changes: [acked] });
  const root = { ...told(part({ revision: 3 })), since: 1 };

  test('may have been made by an attempt that never ended: they are looked for', () => {
    const record = absorb(root, { interrupted: true, strays: [], episode }, threaded);
    expect(record.replies).toEqual([{ of: 3 }]);
    expect(next(episode, record, threaded)).toMatchObject({ act: 'find' });
    const behind = { ...root, parts: [part({ revision: 2 })] };
    expect(absorb(behind, { interrupted: true, strays: [], episode }, threaded)).toEqual(behind);
  });

  test('were made by a late holder: they are not made again', () => {
    const strays = [stray({ act: 'reply', ref: 'C1:3.3', revision: 3 })];
    const record = absorb(root, { interrupted: false, strays, episode }, threaded);
    expect(record).toEqual({ ...root, replies: [{ of: 3, ref: 'C1:3.3' }] });
  });

  test('may have been made by a late holder, and are looked for, unless one is known', () => {
    const { ref: _ref, ...unknown } = stray({ act: 'reply', revision: 3 });
    expect(absorb(root, { interrupted: false, strays: [unknown], episode }, threaded).replies).toEqual([{ of: 3 }]);
    const replied = { ...root, replies: [{ of: 3, ref: 'C1:3.3' }] };
    expect(absorb(replied, { interrupted: false, strays: [unknown], episode }, threaded)).toEqual(replied);
  });
});

describe('what is refused', () => {
  const update = { act: 'update', key, part: 0, ref: 'C1:1.1' } as const;
  const lost = { lost: 'gone' } as const;
  const content = { content: true } as const;
  const episode = anEpisode({ revision: 4 });
  const before: Told = { ...told(part()), since: 1, replies: [{ of: 1, ref: 'C1:1.2' }] };
  const refused = (telling: Parameters<typeof refusedRecord>[1], result: object, record = before, ways = threaded) =>
    refusedRecord(record, telling, { result, ways, episode });

  test('because it is gone is told anew, not looked for, and without the replies there were', () => {
    const after = refused(update, lost);
    expect(after).toEqual({ opened: 'maybe', parts: [], sought: 2 });
    expect(after && next(episode, after, threaded)).toEqual({ act: 'open', key });
    const opened = after && toldRecord(after, { act: 'open', key }, { ref: 'C1:9.9', episode, at: 7 });
    expect(opened).toEqual({ opened: 'yes', parts: [part({ ref: 'C1:9.9', revision: 4, at: 7 })], since: 4 });
    expect(after && next({ revision: 5, end }, after, threaded)).toMatchObject({ act: 'resolve', ref: undefined });
  });

  test('because it is fixed as it is leaves it behind, and what is told anew knows it', () => {
    const after = refused(update, { lost: 'fixed' });
    expect(after).toEqual({ opened: 'maybe', parts: [], sought: 2, former: 'C1:1.1' });
    const opened = after && toldRecord(after, { act: 'open', key }, { ref: 'C1:9.9', episode, at: 7 });
    expect(opened).toMatchObject({ parts: [{ ref: 'C1:9.9' }], former: 'C1:1.1' });
    const both = told(part({ revision: 4 }), part({ ref: 'C1:2.2' }));
    expect(refused({ ...update, part: 1, ref: 'C1:2.2' }, { lost: 'fixed' }, both)).not.toHaveProperty('former');
  });

  test('because a copy is gone leaves the message', () => {
    const both = told(part({ revision: 4 }), part({ ref: 'C1:2.2' }));
    expect(refused({ ...update, part: 1, ref: 'C1:2.2' }, lost, both)).toEqual(told(part({ revision: 4 })));
  });

  test('for its form is told in the short one, then as another message in the short one, and then not at all', () => {
    const short = refused(update, content);
    expect(short).toEqual({ ...before, short: true });
    const anew = short && refused(update, content, short);
    expect(anew).toMatchObject({ parts: [], short: true, former: 'C1:1.1' });
    expect(anew && refused({ act: 'open', key }, content, anew)).toBeUndefined();
    expect(refused({ act: 'open', key }, content, nothingTold)).toEqual({ ...nothingTold, short: true });
  });

  test('for its form where a key is one incident is not told as another', () => {
    expect(refused({ ...update, ref: key }, content, { ...before, short: true }, folded)).toBeUndefined();
  });

  test('for another reason is final', () => {
    expect(refused(update, {})).toBeUndefined();
    expect(refused({ act: 'resolve', key, part: 0, ref: undefined }, lost)).toBeUndefined();
    expect(refused({ act: 'notice' }, lost)).toBeUndefined();
  });

  test('as a reply is dropped for good, whatever the reason', () => {
    const changed = { revision: 4, changes: [acked] };
    const reply = { act: 'reply', change: acked, ref: 'C1:1.1' } as const;
    const replied = refusedRecord(told(part({ revision: 4 })), reply, {
      result: content,
      ways: threaded,
      episode: anEpisode(changed),
    });
    expect(replied?.replies).toEqual([{ of: 3, dropped: true }]);
    expect(replied && next(changed, replied, threaded)).toEqual({ act: 'nothing' });
  });
});

describe('an acknowledgement that was told', () => {
  const acknowledge = { act: 'acknowledge', key, part: 0, ref: key } as const;
  const root = told(part({ ref: key, revision: 2 }));
  const whenTold = (episode: Episode) => toldRecord(root, acknowledge, { ref: key, episode, at: 5 });

  test('leaves nothing to say where nothing else changed, and what else changed to an update', () => {
    const alone = anEpisode({ revision: 3, heardRevision: 2, acknowledged, changes: [acked] });
    expect(next(alone, whenTold(alone), folded)).toEqual({ act: 'nothing' });
    const more = anEpisode({ revision: 4, heardRevision: 4, acknowledged, changes: [acked] });
    expect(next(more, whenTold(more), folded)).toMatchObject({ act: 'update' });
  });

  test('is kept by an update while it holds, and is told anew where it ended and somebody has it again', () => {
    const update = { act: 'update', key, part: 0, ref: key } as const;
    const held = anEpisode({ revision: 5, acknowledged });
    const kept = toldRecord(whenTold(held), update, { ref: key, episode: held, at: 6 });
    expect(next(held, kept, folded)).toEqual({ act: 'nothing' });
    const raised = anEpisode({ revision: 6 });
    const told = toldRecord(kept, update, { ref: key, episode: raised, at: 7 });
    const again = { revision: 7, heardRevision: 6, acknowledged: { by: 'ann', at: 8 } };
    expect(next(again, told, folded)).toMatchObject({ act: 'acknowledge' });
  });

  test('is told again where a late end of the episode before closed what was acknowledged', () => {
    const known = told(part({ ref: key, revision: 5, acknowledged: 1 }));
    const record = absorb(known, { interrupted: false, strays: [stray({ act: 'resolve', revision: 4 })] }, folded);
    expect(record.parts[0]).not.toHaveProperty('acknowledged');
  });
});

test('what is held back counts as late from where that ends, and from now when it is over sooner', () => {
  const held = heldRecord(nothingTold, 60_000, 1_000);
  expect(held.heldUntil).toBe(61_000);
  expect(heldRecord(held, 0, 31_000).heldUntil).toBe(31_000);
  expect(heldRecord(held, 0, 90_000).heldUntil).toBe(61_000);
  expect(heldRecord(nothingTold, 0, 90_000)).toEqual(nothingTold);
});
