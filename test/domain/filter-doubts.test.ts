import { describe, expect, test } from 'vitest';
import { eventShape, shapeAt } from '../../src/domain/event-shape.ts';
import { findingsIn } from '../../src/domain/filter-doubts.ts';
import { compiled } from './compiled.ts';

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
    [{ inboxRate: { $lt: 0.5, $gt: 0.8 } }, 'when.inboxRate', 'nothing is above 0.8 and below 0.5'],
    [{ score: { $gt: 5, $lte: 5 } }, 'when.score', 'nothing is above 5 and below 5'],
    [{ tags: { $count: 1.5 } }, 'when.tags.$count', 'there are never 1.5 of them'],
    [{ tags: { $count: { where: 'eu', $lt: 0 } } }, 'when.tags.$count', 'nothing is above 0 and below 0'],
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
