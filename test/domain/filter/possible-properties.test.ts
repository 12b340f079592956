import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event } from '../../../src/domain/event.ts';
import { compileFilter } from '../../../src/domain/filter/filter.ts';
import type { Demand } from '../../../src/domain/filter/possible.ts';
import { impossibility, isMatch, isNoMatch, isNotMatch } from '../../../src/domain/filter/possible.ts';
import { given } from '../../../src/sources/event-fields.ts';
import { faultsOf } from '../compiled.ts';

const word = fc.constantFrom('a', 'ab', 'b', 'page', 'test.completed', 'monitor.alert', '');
const number = fc.constantFrom(-1, 0, 0.2, 0.5, 0.8, 1, 2, 5);
const share = fc.constantFrom(0, 0.2, 0.5, 0.8, 1);
const count = fc.constantFrom(0, 1, 2, 5);
const flag = fc.boolean();
const scalar = fc.oneof(word, number, flag);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
  anything: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.constant(null),
    fc.array(tie('anything'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y'), tie('anything'), { maxKeys: 2 }),
  ),
}));

/** Any event as a source's adapter makes it, of the few values that the filters below speak of. */
const anEvent = fc
  .record({
    source: fc.constantFrom('ic', 'rs'),
    type: fc.constantFrom('test.completed', 'test.failed', 'monitor.alert', 'alert.triggered', 'a'),
    live: flag,
    domain: maybe(word),
    id: maybe(word),
    name: maybe(word),
    level: maybe(word),
    value: maybe(number),
    threshold: maybe(number),
    counts: maybe(fc.record({ inbox: count, spam: count, missing: count, total: count })),
    inboxRate: maybe(share),
    auth: maybe(fc.record({ spf: word, aligned: flag }, { requiredKeys: [] })),
    providers: maybe(fc.array(fc.record({ provider: word, placement: word }), { maxLength: 3 })),
    tags: maybe(fc.array(word, { maxLength: 3 })),
    data: anything,
  })
  .map(({ id, name, source, type, live, ...others }): Event => {
    const ofType = (beginning: string, value: object) => (type.startsWith(beginning) ? value : undefined);
    const named = id === undefined && name === undefined ? undefined : given({ id, name });
    return {
      ...{ id: 'dlv_1', source, type, occurredAt: '2026-03-02T08:00:00.000Z', live },
      ...given({
        ...others,
        test: id === undefined ? undefined : ofType('test.', { id }),
        mailSubject: type.startsWith('test.') ? name : undefined,
        monitor: named && ofType('monitor.', named),
        alert: named && ofType('alert.', named),
      }),
    } as Event;
  });

const fields = fc.constantFrom('x', 'y');
const patterns = fc.constantFrom('a*', '?', 'page', '*.alert', 'test.*', '*');
/** A filter of what stands at one place, and of what is below. */
const { inner, object } = fc.letrec<{ inner: unknown; object: object }>((tie) => ({
  inner: fc.oneof({ maxDepth: 3 }, scalar, tie('object')),
  object: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ $lt: number, $gte: number, $lte: number, $gt: number }, { requiredKeys: ['$lt'] }),
    fc.record({ $eq: fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), $ne: scalar }, { requiredKeys: ['$eq'] }),
    fc.record({ $ne: scalar, $nin: fc.array(scalar, { minLength: 1, maxLength: 2 }) }, { requiredKeys: ['$ne'] }),
    fc.record({ $in: fc.array(scalar, { minLength: 1, maxLength: 3 }), $exists: flag }, { requiredKeys: ['$in'] }),
    fc.record({ $exists: flag }),
    fc.record({ $between: fc.constantFrom([0, 0.5], [0.2, 1], [2, 5]) }),
    fc.record({ $glob: patterns, $regex: fc.constantFrom('a', '^b', 'page$') }, { requiredKeys: ['$glob'] }),
    fc.record({ $lt: fc.record({ $ref: fc.constantFrom('threshold', 'value', 'data.x') }) }),
    fc.record({ $ref: fc.constantFrom('level', 'data.y', 'domain') }),
    fc.record({ $all: tie('inner') }),
    fc.record({ $none: tie('inner') }),
    fc.record({ $any: tie('inner') }),
    fc.record({ $count: fc.record({ where: tie('inner'), $gte: count, $lt: number }, { requiredKeys: ['$gte'] }) }),
    fc.record({ $count: count }),
    fc.record({ $not: tie('object') }),
    fc.record({ $and: fc.array(tie('object'), { minLength: 1, maxLength: 3 }) }),
    fc.record(
      { $or: fc.array(tie('object'), { minLength: 1, maxLength: 3 }), x: tie('inner') },
      { requiredKeys: ['$or'] },
    ),
    fc.dictionary(fields, tie('inner'), { minKeys: 1, maxKeys: 2 }),
  ),
}));

/** A filter of an event. */
const { anyFilter } = fc.letrec<{ anyFilter: object }>((tie) => ({
  anyFilter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc
      .record(
        {
          type: inner,
          domain: inner,
          level: inner,
          value: inner,
          inboxRate: inner,
          counts: fc.record({ spam: inner }),
          monitor: fc.record({ id: inner }),
          auth: fc.record({ spf: inner, aligned: inner }, { requiredKeys: ['spf'] }),
          providers: fc.oneof(inner, fc.record({ provider: inner, placement: inner })),
          tags: inner,
          data: inner,
        },
        { requiredKeys: [] },
      )
      .filter((filter) => Object.keys(filter).length > 0),
    fc.record({ $not: tie('anyFilter') }),
    fc.record({ $and: fc.array(tie('anyFilter'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ $or: fc.array(tie('anyFilter'), { minLength: 1, maxLength: 2 }) }),
  ),
}));
const single = fc.oneof(
  fc.record({ data: fc.record({ x: object }) }),
  fc.record({ tags: object }),
  fc.record({ inboxRate: object }),
  fc.record({ level: object }),
);
const filters = fc.oneof(anyFilter, single).filter((filter) => faultsOf(filter).length === 0);
const wanted = fc.constantFrom(isMatch, isNoMatch, isNotMatch);

test('what is called impossible is met by no event', () => {
  const found = { true: 0, false: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(filters, wanted), { minLength: 1, maxLength: 3 }),
      fc.array(anEvent, { minLength: 20, maxLength: 40 }),
      (pairs, events) => {
        const demands = pairs.map(([filter, wanted]): Demand => ({ filter, at: 'when', wanted }));
        const conflict = impossibility(demands, {});
        found[`${conflict !== undefined}`] += 1;
        if (!conflict) return;
        const asks = pairs.map(([filter, { verdict, is }]) => {
          const compiled = compileFilter(filter, 'when', []);
          return (event: Event) => (compiled(event).verdict === verdict) === is;
        });
        for (const event of events) expect(asks.every((ask) => ask(event))).toBe(false);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(Math.min(found.true, found.false)).toBeGreaterThan(100);
});
