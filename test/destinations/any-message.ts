import fc from 'fast-check';
import type { EpisodeChange } from '../../src/domain/incident/incident.ts';
import { changeKinds, severities } from '../../src/domain/incident/incident.ts';
import { durationWords } from '../../src/domain/message/duration.ts';
import type { Message } from '../../src/domain/message/message.ts';

/** What senders and attackers write: markup, control characters, half code points, far too much of it. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.string({
      unit: fc.constantFrom('&', '<', '>', '"', '\\', '\n', '`', '*', '\ud83d', '\ude00', '😀', 'é', '漢'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '<!channel>',
      '<!here|here>',
      '<@U0123456789>',
      '<#C0123456789>',
      '<https://evil.example|your bank>',
      '<!date^0^{date}|x>',
      '```',
      '&lt;!channel&gt;',
      '__proto__',
      '',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('x', '&', '<', '"', '\\', '😀', '\ud83d', '漢', '<!channel> '),
        fc.integer({ min: 100, max: 100_000 }),
      )
      .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length))),
  },
);
const moment = fc.integer({ min: 0, max: 4e12 });
/** Also one that no calendar knows: people write it. */
const anyMoment = fc.oneof(moment, fc.constantFrom(8.64e15, 8.64e15 + 1, Number.MAX_SAFE_INTEGER));
const count = fc.nat({ max: 1e9 });
const person = { by: text, at: moment, comment: text };

function list<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  const many = fc
    .tuple(item, fc.integer({ min: 1_000, max: 5_000 }))
    .map(([each, times]) => Array<T>(times).fill(each));
  return fc.oneof({ weight: 5, arbitrary: fc.array(item, { maxLength: 30 }) }, { weight: 1, arbitrary: many });
}

/** Any message of the right types. */
export const anyMessage: fc.Arbitrary<Message> = fc.record(
  {
    state: fc.constantFrom('open', 'resolved', 'notice'),
    key: text,
    number: fc.nat({ max: 1e9 }),
    severity: fc.constantFrom('critical', 'error', 'warning', 'info'),
    title: text,
    text,
    test: fc.boolean(),
    keyless: fc.boolean(),
    facts: fc.array(fc.record({ name: text, value: text }), { maxLength: 40 }),
    counts: fc.record(
      { inbox: count, promo: count, spam: count, missing: count, total: count },
      { requiredKeys: ['inbox', 'spam', 'missing', 'total'] },
    ),
    providers: list(fc.record({ provider: text, placement: text })),
    failedAuth: fc.array(text, { maxLength: 5 }),
    source: text,
    deliveryId: text,
    rules: fc.array(text, { maxLength: 20 }),
    openedAt: moment,
    occurredAt: moment.map((at) => new Date(at).toISOString()),
    end: fc.record(
      {
        at: moment,
        why: fc.constantFrom('cleared', 'quiet', 'by-hand', 'orphaned'),
        words: text,
        lasted: moment.map(durationWords),
        confirmed: fc.boolean(),
        recovered: text,
        by: text,
        comment: text,
      },
      { requiredKeys: ['at', 'why', 'words', 'lasted', 'confirmed'] },
    ),
    acknowledged: fc.record(person, { requiredKeys: ['by', 'at'] }),
    snoozed: fc.record({ ...person, until: anyMoment }, { requiredKeys: ['by', 'at', 'until'] }),
    standsInFor: text,
    event: fc.record(
      { id: text, source: text, type: text, occurredAt: text, live: fc.boolean(), domain: text, data: fc.jsonValue() },
      { requiredKeys: ['id', 'source', 'type', 'occurredAt', 'live'] },
    ),
  },
  {
    requiredKeys: [
      ...([
        'state',
        'key',
        'number',
        'severity',
        'title',
        'test',
        'keyless',
        'facts',
        'providers',
        'failedAuth',
        'source',
      ] as const),
      ...(['deliveryId', 'rules', 'openedAt', 'occurredAt', 'event'] as const),
    ],
  },
);

/** Any change of an episode, by whoever gives a name and a comment on the command line. */
export const anyChange: fc.Arbitrary<EpisodeChange> = fc.record(
  {
    revision: fc.nat(),
    at: moment,
    what: fc.constantFrom(...changeKinds),
    by: text,
    comment: text,
    from: fc.constantFrom(...severities),
    to: fc.constantFrom(...severities),
    until: anyMoment,
  },
  { requiredKeys: ['revision', 'at', 'what'] },
);
