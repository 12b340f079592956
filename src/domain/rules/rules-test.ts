import { z } from 'zod';
import { parseDuration } from '../message/duration.ts';

const momentWords = 'takes a duration from the start, such as "0m" or "4h"';

/** A moment of a test, as milliseconds from its start. */
const momentSchema = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, momentWords)
  .transform((text) => parseDuration(text) ?? 0)
  .meta({
    id: 'moment',
    description: 'A duration from the start of the test, such as "0m", "90s" or "4h".',
    pattern: '^(?:[0-9]+(?:ms|[smhd]))+$',
    maxLength: 30,
  });

const bodyPathSchema = z
  .string()
  .regex(/^[^.]+(?:\.[^.]+)*$/, 'takes a dotted path of the body, such as "data.summary.inboxRate"');

const eventSchema = z
  .strictObject({
    source: z.string().meta({ description: 'The name of the source that sends it.', examples: ['inbox-check'] }),
    fire: z
      .string()
      .optional()
      .meta({
        description: 'One of the event types of that sender: a realistic body of it, as "tocsin fire" sends it.',
        examples: ['test.completed'],
      }),
    set: z
      .record(bodyPathSchema, z.unknown())
      .optional()
      .meta({
        description: 'What is changed in that body, by dotted path; a number is a place in a list.',
        examples: [{ 'data.summary.inboxRate': 0.5 }],
      }),
    payload: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description: "The sender's own body instead. Its id and its moment may be left out.",
        examples: [{ event: 'test.failed', data: { senderDomain: 'news.example.com' } }],
      }),
    at: momentSchema.optional().meta({
      description: 'When it is received. Left out: together with the one before.',
      examples: ['4h'],
    }),
    occurredAt: momentSchema.optional().meta({
      description: 'When it happened, where it comes late. Left out: when it is received.',
      examples: ['1h'],
    }),
  })
  .superRefine(({ fire, payload, set }, { addIssue }) => {
    if ((fire === undefined) === (payload === undefined)) addIssue('takes either "fire" or "payload"');
    else if (set && payload)
      addIssue({ code: 'custom', path: ['set'], message: 'changes what is fired: a payload is as it stands' });
  })
  .meta({ oneOf: [{ required: ['fire'] }, { required: ['payload'], not: { required: ['set'] } }] });

export const tellingWords = ['open', 'update', 'resolve', 'notice'] as const;
/** What a label is told, as a test expects it: an acknowledgement or a reply says nothing that these do not. */
export type TellingWord = (typeof tellingWords)[number];

const outcomeWords = ['open', 'resolved', 'quiet', 'none'] as const;
/** How an incident stands at the end: `none` was never opened. */
export type OutcomeWord = (typeof outcomeWords)[number];

const verdictWords = ['match', 'clear', 'neither', 'unknown', 'out-of-scope'] as const;
export type VerdictWord = (typeof verdictWords)[number];

const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, { error: `takes ${words.map((each) => `"${each}"`).join(', ')}` });

const toldSchema = z.union([z.array(z.string()), z.record(z.string(), z.array(oneOf(tellingWords)))], {
  error: 'takes a list of destinations, or what each is told, such as {"deliverability": ["open", "resolve"]}',
});

const expectSchema = z
  .strictObject({
    incidents: z
      .record(z.string(), oneOf(outcomeWords))
      .optional()
      .meta({
        description: 'How these incidents stand at the end, by key; "quiet" is over since nothing was heard.',
        examples: [{ 'placement:news.example.com': 'open' }],
      }),
    told: toldSchema.optional().meta({
      description: 'Everybody who is told anything new, in any order; or all that each is told, in order.',
      examples: [['deliverability'], { deliverability: ['open', 'resolve'] }],
    }),
    verdicts: z
      .record(z.string(), oneOf(verdictWords))
      .optional()
      .meta({
        description: 'What these rules say of the last event.',
        examples: [{ 'inbox-rate-low': 'match' }],
      }),
  })
  .refine(
    ({ incidents, told, verdicts }) => incidents ?? told ?? verdicts,
    'takes "incidents", "told", "verdicts", or some of them',
  )
  .meta({ minProperties: 1 });

const mostEvents = 1_000;

/** A test of a rules file: what happens, and what is expected of it. */
export const rulesTestSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: 'What it shows.', examples: ['two of three open'] }),
    events: z
      .array(eventSchema)
      .min(1, 'takes at least one event')
      .max(mostEvents, `takes at most ${mostEvents} events`)
      .meta({
        description: 'What is received, in the order of "at".',
        examples: [[{ source: 'inbox-check', fire: 'test.completed', set: { 'data.summary.inboxRate': 0.5 } }]],
      }),
    until: momentSchema.optional().meta({
      description: 'How far time goes on after that, while nothing is heard.',
      examples: ['7h'],
    }),
    expect: expectSchema.meta({
      description: 'What is expected of it.',
      examples: [{ told: ['deliverability'] }],
    }),
  })
  .superRefine(({ events, until }, { addIssue }) => {
    let now = 0;
    for (const [i, { at = now, occurredAt = at }] of events.entries()) {
      const fault = (name: string, message: string) => addIssue({ code: 'custom', path: ['events', i, name], message });
      if (at < now) fault('at', 'is before the one before it: what comes late has "occurredAt"');
      if (occurredAt > at) fault('occurredAt', 'is after it is received');
      now = Math.max(now, at);
    }
    if (until !== undefined && until < now)
      addIssue({ code: 'custom', path: ['until'], message: 'is before the last event' });
  });

export type RulesTest = z.infer<typeof rulesTestSchema>;
export type RulesTestEvent = RulesTest['events'][number];
