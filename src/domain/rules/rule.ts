import { z } from 'zod';
import { fewestValues } from '../incident/baseline.ts';
import { parseDuration } from '../message/duration.ts';
import { formOf } from './form-words.ts';
import { messageSchema } from './rendered.ts';
import { pathSchema, severitySchema, toSchema } from './severity-of.ts';

/** Whoever means longer means never. */
const longestMs = 366 * 86_400_000;

/** A duration in the rules file, as milliseconds. What editors see is `parseDuration` as a pattern. */
export const durationSchema = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'takes a duration such as "90s", "6h" or "1h30m"')
  .refine((text) => (parseDuration(text) ?? 0) <= longestMs, 'takes a year (366d) at the most')
  .transform((text) => parseDuration(text) ?? 0)
  .meta({
    id: 'duration',
    description: 'A duration such as "90s", "6h" or "1h30m"; units are ms, s, m, h and d.',
    pattern: '^(?=.*[1-9])(?:[0-9]+(?:ms|[smhd]))+$',
    maxLength: 30,
  });

/** A filter as it stands in the file: compiled, and checked, by `compileFilter`. */
export const filterSchema = z.unknown().meta({ id: 'filter' });

const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'takes 1 to 100 letters, digits, ".", "_" or "-"');

const typePatternSchema = z
  .string()
  .regex(/^(?:\*|[\w-]+(?:\.[\w-]+)*(?:\.\*)?)$/, 'takes an event type such as "test.completed", or "alert.*"');

const howMany = 'takes a whole number from 1 to 100';
const countSchema = z.int(howMany).min(1, howMany).max(100, howMany);

/** So many events, not minutes: placement tests come hours apart. */
const fireAfterSchema = z.strictObject(
  {
    count: countSchema.meta({ description: 'How many matches it takes.', examples: [2] }),
    of: countSchema.optional().meta({
      description: 'Among so many of the last events in scope. Left out: as many as "count".',
      examples: [3],
    }),
  },
  { error: formOf('{"count": 2, "of": 3}') },
);

const clearAfterSchema = z.strictObject(
  { count: countSchema.meta({ description: 'How many clears in a row it takes.', examples: [2] }) },
  { error: formOf('{"count": 2}') },
);

const fewest = `takes a whole number from ${fewestValues} to 100`;

const baselineSchema = z.strictObject(
  {
    metric: pathSchema.meta({ description: 'The path of a number.', examples: ['inboxRate'] }),
    dropAtLeast: z
      .number()
      .positive('takes a number above 0')
      .meta({ description: "How far below the usual it must be, in the metric's own units.", examples: [0.15] }),
    over: z
      .int(fewest)
      .min(fewestValues, fewest)
      .max(100, fewest)
      .default(10)
      .meta({ description: 'The usual is the median of so many earlier values.', examples: [10] }),
  },
  { error: formOf('{"metric": "inboxRate", "dropAtLeast": 0.15, "over": 10}') },
);

const absentSchema = z.strictObject(
  { for: durationSchema.meta({ description: 'How long nothing must have been heard.', examples: ['26h'] }) },
  { error: formOf('{"for": "26h"}') },
);

/** A rule as it stands in the file. Filters, keys and templates are compiled, and checked, by `compileRule`. */
export const ruleSchema = z.strictObject({
  id: idSchema.meta({
    description: "The rule's own name; a change of it is another rule.",
    examples: ['inbox-rate-low'],
  }),
  description: z
    .string()
    .optional()
    .meta({
      description: 'Words for people.',
      examples: ['Too much of a test mailing missed the inbox.'],
    }),
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'false rests the rule.', examples: [false] }),
  mode: z
    .enum(['live', 'shadow'])
    .default('live')
    .meta({
      description: '"shadow": it opens and ends like any other, and nobody is told.',
      examples: ['shadow'],
    }),
  on: z
    .array(typePatternSchema)
    .min(1)
    .optional()
    .meta({
      description: 'The event types it hears, such as "test.completed" or "alert.*". Left out: all.',
      examples: [['test.completed']],
    }),
  from: z
    .array(z.string())
    .min(1)
    .optional()
    .meta({ description: 'The names of the sources it hears. Left out: all.', examples: [['inbox-check']] }),
  where: filterSchema.optional().meta({
    description: 'An event that does not match does not concern the rule at all.',
    examples: [{ tags: 'weekly' }],
  }),
  otherwise: z
    .boolean()
    .default(false)
    .meta({
      description: 'true: it hears only what no other live rule had in scope, and tells it once, as a notice.',
      examples: [true],
    }),
  when: filterSchema.optional().meta({
    description: 'It is bad. Left out: every event in scope is.',
    examples: [{ inboxRate: { $lt: 0.8 } }],
  }),
  clear: filterSchema.optional().meta({
    description: 'It is over. Left out: types that report a state clear when "when" does not match any more.',
    examples: [{ inboxRate: { $gte: 0.85 } }],
  }),
  baseline: baselineSchema.optional().meta({
    description: 'It is bad only if a number also fell below what is usual for this key and source.',
    examples: [{ metric: 'inboxRate', dropAtLeast: 0.15, over: 10 }],
  }),
  absent: absentSchema.optional().meta({
    description: 'It is bad if nothing was heard for so long under a key that was heard before.',
    examples: [{ for: '26h' }],
  }),
  onUnknown: z
    .enum(['tell-owner', 'ignore'])
    .default('tell-owner')
    .meta({
      description: 'What becomes of an event of which it cannot be known whether it is bad.',
      examples: ['ignore'],
    }),
  fireAfter: fireAfterSchema.optional().meta({
    description:
      'It opens once "count" of the last "of" events match, and the last of them does. Left out: with the first.',
    examples: [{ count: 2, of: 3 }],
  }),
  clearAfter: clearAfterSchema.optional().meta({
    description: 'It is over after so many clears in a row. Left out: with the first.',
    examples: [{ count: 2 }],
  }),
  severity: severitySchema.default('warning').meta({
    description: "How bad it is, in PagerDuty's words; or the path of the event that says so, and how to read it.",
    examples: ['error', { from: 'level', map: { page: 'error', warn: 'warning' }, default: 'info' }],
  }),
  key: z
    .string()
    .max(1_000)
    .optional()
    .meta({
      description: 'The dedup key: one incident for each. Filters: downcase, default: "…".',
      examples: ['placement:{{ domain }}'],
    }),
  to: toSchema.meta({
    description: 'The names of the destinations that are told, or those names by severity.',
    examples: [['deliverability'], { critical: ['on-call'], default: ['deliverability'] }],
  }),
  message: messageSchema.optional().meta({
    description: 'What is said, as Liquid templates over the event. Left out: what tocsin says.',
    examples: [{ title: '{{ domain }} inbox rate {{ inboxRate | percent }}' }],
  }),
  lifecycle: z
    .enum(['incident', 'notice'])
    .optional()
    .meta({
      description: '"notice" is told once: no incident, no end, nobody is paged. Left out: an incident.',
      examples: ['notice'],
    }),
  resolveAfter: durationSchema.optional().meta({
    description: 'It is over when nothing was heard for so long; counted only while tocsin listens.',
    examples: ['6h'],
  }),
  testEvents: z
    .enum(['apart', 'as-live'])
    .default('apart')
    .meta({
      description: '"apart": test events are marked TEST, live under keys of their own and page nobody.',
      examples: ['as-live'],
    }),
});

export type RuleText = z.infer<typeof ruleSchema>;
