import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { severities } from './incident.ts';

/** A duration in the rules file, as milliseconds. What editors see is `parseDuration` as a pattern. */
export const durationSchema = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'takes a duration such as "90s", "6h" or "1h30m"')
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
    count: countSchema.describe('How many matches it takes.'),
    of: countSchema.optional().describe('Among so many of the last events in scope. Left out: as many as "count".'),
  },
  { error: formOf('{"count": 2, "of": 3}') },
);

const clearAfterSchema = z.strictObject(
  { count: countSchema.describe('How many clears in a row it takes.') },
  { error: formOf('{"count": 2}') },
);

function formOf(form: string) {
  return ({ code }: { code?: string }) => (code === 'invalid_type' ? `takes an object such as ${form}` : undefined);
}

/** A rule as it stands in the file. Filters are compiled, and checked, by `compileRule`. */
export const ruleSchema = z.strictObject({
  id: idSchema.describe("The rule's own name; a change of it is another rule."),
  description: z.string().optional().describe('Words for people.'),
  enabled: z.boolean().default(true).describe('false rests the rule.'),
  on: z
    .array(typePatternSchema)
    .min(1)
    .optional()
    .describe('The event types it hears, such as "test.completed" or "alert.*". Left out: all.'),
  from: z.array(z.string()).min(1).optional().describe('The names of the sources it hears. Left out: all.'),
  where: filterSchema.optional().describe('An event that does not match does not concern the rule at all.'),
  when: filterSchema.optional().describe('It is bad. Left out: every event in scope is.'),
  clear: filterSchema
    .optional()
    .describe('It is over. Left out: types that report a state clear when "when" does not match any more.'),
  fireAfter: fireAfterSchema
    .optional()
    .describe(
      'It opens once "count" of the last "of" events match, and the last of them does. Left out: with the first.',
    ),
  clearAfter: clearAfterSchema
    .optional()
    .describe('It is over after so many clears in a row. Left out: with the first.'),
  severity: z.enum(severities).default('warning').describe("How bad it is, in PagerDuty's words."),
  key: z
    .string()
    .max(1_000)
    .optional()
    .describe(
      'The dedup key, such as "placement:{{ domain }}": one incident for each. Filters: downcase, default: "…".',
    ),
  to: z.array(z.string()).min(1).describe('The names of the destinations that are told.'),
  lifecycle: z
    .enum(['incident', 'notice'])
    .default('incident')
    .describe('"notice" is told once: no incident, no end, nobody is paged.'),
  resolveAfter: durationSchema
    .optional()
    .describe('It is over when nothing was heard for so long, such as "6h"; counted only while tocsin listens.'),
  testEvents: z
    .enum(['apart', 'as-live'])
    .default('apart')
    .describe('"apart": test events are marked TEST, live under keys of their own and page nobody.'),
});

export type RuleText = z.infer<typeof ruleSchema>;
