import { describe, expect, test } from 'vitest';
import { eventShape, shapeAt } from '../../../src/domain/event-shape.ts';
import { findingsIn } from '../../../src/domain/filter/filter-doubts.ts';
import { compiled } from '../compiled.ts';

const found = (filter: unknown, heard = {}) => {
  compiled(filter);
  return findingsIn(filter, 'when', heard);
};

describe('what can never match is a fault', () => {
  test.each([
    [{ inboxRate: 'low' }, 'when.inboxRate', 'inboxRate is a number from 0 to 1, not a text'],
    [{ domain: 5 }, 'when.domain', 'domain is a text, not a number'],
    [{ domain: { $lt: 5 } }, 'when.domain.$lt', 'domain is a text, not a number'],
    [{ score: { $glob: '9*' } }, 'when.score.$glob', 'score is a number, not a text'],
    [{ live: 'no' }, 'when.live', 'live is true or false, not a text'],
    [{ domain: { $all: 'a' } }, 'when.domain.$all', 'domain is a text, not a list'],
    [{ monitor: 'm1' }, 'when.monitor', 'monitor is an object, not a text'],
    [{ tags: { $count: { where: 5, $gte: 1 } } }, 'when.tags.$count.where', 'tags[] is a text, not a number'],
    [{ providers: { placement: true } }, 'when.providers.placement', 'providers.placement is a text'],
    [{ inboxRate: { $lt: 0.5, $gt: 0.8 } }, 'when.inboxRate.$gt', 'nothing is below 0.5 and above 0.8 (inboxRate)'],
    [{ score: { $gt: 5, $lte: 5 } }, 'when.score.$lte', 'nothing is above 5 and at most 5 (score)'],
    [{ inboxRate: { $gt: 1 } }, 'when.inboxRate.$gt', 'inboxRate is a number from 0 to 1, never above 1'],
    [{ inboxRate: { $lt: 0 } }, 'when.inboxRate.$lt', 'inboxRate is a number from 0 to 1, never below 0'],
    [{ counts: { spam: { $lt: 0 } } }, 'when.counts.spam.$lt', 'counts.spam is a whole number from 0, never below 0'],
    [{ counts: { spam: 1.5 } }, 'when.counts.spam', 'counts.spam is a whole number from 0, never 1.5'],
    [
      { counts: { spam: { $gt: 1, $lt: 2 } } },
      'when.counts.spam.$lt',
      'counts.spam is a whole number from 0, never above 1 and below 2',
    ],
    [
      { $and: [{ inboxRate: { $lt: 0.2 } }, { inboxRate: { $gt: 0.9 } }] },
      'when.$and[1].inboxRate.$gt',
      'nothing is below 0.2 and above 0.9',
    ],
    [{ inboxRate: { $exists: false, $lt: 0.8 } }, 'when.inboxRate.$lt', 'nothing is missing and below 0.8'],
    [{ live: { $exists: false } }, 'when.live.$exists', 'never missing'],
    [{ domain: { $eq: 'a', $ne: 'a' } }, 'when.domain.$ne', 'nothing is "a" and anything but "a"'],
    [{ domain: { $in: ['a'], $nin: ['a', 'b'] } }, 'when.domain.$nin', 'nothing is one of "a" and none of "a", "b"'],
    [{ domain: 'a', $not: { domain: 'a' } }, 'when.$not.domain', 'nothing is "a" and not "a" (domain)'],
    [{ tags: 'a', $not: { tags: { $in: ['a', 'b'] } } }, 'when.$not.tags.$in', '"a" and not one of "a", "b" (tags[])'],
    [{ domain: { $glob: 'a.*', $eq: 'b.test' } }, 'when.domain.$eq', 'nothing is like "a.*" and "b.test"'],
    [{ domain: { $regex: '^a', $in: ['b', 'c'] } }, 'when.domain.$in', 'nothing is like "^a" and one of "b", "c"'],
    [{ type: { $glob: 'monitor.*' }, alert: { id: 'a' } }, 'when.alert.id', 'like "monitor.*" and one of alert.*'],
    [{ data: { x: 5, $not: { x: { $gte: 5 } } } }, 'when.data.$not.x.$gte', 'nothing is 5 and not at least 5 (data.x)'],
    [{ data: { x: { $count: { $lt: 0 } } } }, 'when.data.x.$count', 'the number of data.x is a whole number from 0'],
    [{ tags: { $all: 'a', $any: 'b' } }, 'when.tags.$all', 'nothing is "b" and "a" (tags[])'],
    [
      { providers: { $count: { where: { placement: { $eq: 'a', $ne: 'a' } }, $gte: 1 } } },
      'when.providers.$count.where.placement.$ne',
      'nothing is',
    ],
    [
      { $or: [{ score: { $lt: 5, $gt: 6 } }, { grade: 'F' }] },
      'when.$or[0].score.$gt',
      'nothing is below 5 and above 6',
    ],
    [{ tags: { $count: 1.5 } }, 'when.tags.$count', 'there are never 1.5 of them'],
    [{ tags: { $count: { where: 'eu', $lt: 0 } } }, 'when.tags.$count', 'is a whole number from 0, never below 0'],
    [{ domain: { $glob: '*.Example.com' } }, 'when.domain.$glob', 'write "*.example.com"'],
    [
      { inboxRate: { $lt: { $ref: 'domain' } } },
      'when.inboxRate.$lt.$ref',
      'inboxRate is a number from 0 to 1, and domain is a text',
    ],
    [{ domain: { $ref: 'score' } }, 'when.domain.$ref', 'domain is a text, and score is a number'],
    [
      { inboxRate: { lt: 0.8 } },
      'when.inboxRate.lt',
      'inboxRate is a number from 0 to 1, and has no "lt": did you mean $lt?',
    ],
    [{ domain: { glob: 'a*' } }, 'when.domain.glob', 'did you mean $glob?'],
    [{ auth: { spf: { result: 'pass' } } }, 'when.auth.spf.result', 'compare it itself, such as {"spf": "pass"}'],
    [{ $lt: 5 }, 'when.$lt', 'can never match: the event is an object, not a number'],
    [{ domain: 'News.Example' }, 'when.domain', 'domains are lower-cased here, write "news.example"'],
    [{ domain: { $in: ['a.example.'] } }, 'when.domain.$in[0]', 'write "a.example"'],
    [{ $or: [{ grade: 1 }] }, 'when.$or[0].grade', 'grade is a text, not a number'],
    [{ $not: { score: { $in: ['a'] } } }, 'when.$not.score.$in[0]', 'score is a number, not a text'],
  ])('%j', (filter, path, words) => {
    expect(found(filter)).toEqual({ faults: [{ path, message: expect.stringContaining(words) }], doubts: [] });
  });

  test('a share that was written in per cent is shown as it should be', () => {
    const [fault] = found({ inboxRate: { $lt: 80 } }).faults;
    expect(fault).toEqual({
      path: 'when.inboxRate.$lt',
      message: 'inboxRate is a share from 0 to 1: for 80 % write 0.8',
    });
  });

  test('a type or a source that the rule does not hear', () => {
    expect(found({ type: 'test.failed' }, { on: ['test.completed', 'alert.*'] }).faults).toHaveLength(1);
    expect(found({ type: 'alert.triggered' }, { on: ['test.completed', 'alert.*'] }).faults).toEqual([]);
    expect(found({ source: 'reachscore' }, { from: ['inbox-check'] }).faults).toHaveLength(1);
  });
});

describe('what is most likely a slip is a doubt', () => {
  test.each([
    [{ inboxrate: { $lt: 0.8 } }, 'when.inboxrate', 'did you mean "inboxRate"?'],
    [{ monitor: { nmae: 'a' } }, 'when.monitor.nmae', 'no event has monitor.nmae: did you mean "name"?'],
    [{ customField: 1 }, 'when.customField', 'below "data"'],
    [{ providers: { $any: { name: 'gmail' } } }, 'when.providers.$any.name', 'no event has providers[].name'],
  ])('%j', (filter, path, words) => {
    expect(found(filter)).toEqual({ faults: [], doubts: [{ path, message: expect.stringContaining(words) }] });
  });

  test('a field that only other types have', () => {
    const filter = { monitor: { id: 'm1' } };
    expect(found(filter, { on: ['test.completed'] }).doubts).toMatchObject([{ path: 'when.monitor' }]);
    expect(found(filter, { on: ['test.completed', 'monitor.alert'] }).doubts).toEqual([]);
    expect(found(filter).doubts).toEqual([]);
  });
});

test.each([
  { inboxRate: { $lt: 0.8 }, providers: { provider: 'gmail', placement: 'spam' } },
  { tags: { $eq: ['a', 'b'] } },
  { value: { $lt: { $ref: 'threshold' } } },
  { score: { $between: [0, 100] } },
  { data: { anything: { at: { all: 5 } }, list: { $all: { x: true } } } },
  { auth: { aligned: false, spf: { $ne: 'pass' } } },
  { score: { $gte: 5, $lte: 5 } },
  { providers: { $count: { where: { placement: 'spam' }, $gte: 2 } } },
  { level: { $exists: true }, tags: 'weekly' },
  { tags: { $and: [{ $eq: 'a' }, { $eq: 'b' }] } },
  { auth: { $or: [{ $exists: false }, { spf: 'fail' }] } },
  { providers: { placement: { $or: [{ $eq: 'spam' }, { $exists: false }] } } },
  { data: { x: { $gt: 5 } }, $and: [{ data: { x: { $lt: 2 } } }] },
  { providers: { provider: 'gmail' }, $and: [{ providers: { provider: 'gmx' } }] },
  { value: { $ref: 'threshold' }, level: { $ref: 'metric' } },
  { data: { x: { y: { $exists: false } } }, $or: [{ data: { x: 5 } }] },
  { counts: { spam: { $gt: 1, $lt: 3 } } },
])('nothing is found in %j', (filter) => {
  expect(found(filter)).toEqual({ faults: [], doubts: [] });
});

test('a path is found through lists, and anything below data', () => {
  expect(shapeAt(['providers', 'placement'])).toEqual({ kind: 'text' });
  expect(shapeAt(['data', 'a', 'b'])).toEqual({ kind: 'anything' });
  expect(shapeAt(['providers', 'name'])).toBeUndefined();
  expect(shapeAt(['constructor'])).toBeUndefined();
  expect(shapeAt([])).toBe(eventShape);
});
