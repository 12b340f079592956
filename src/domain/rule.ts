import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { severities } from './incident.ts';

/** A duration in the rules file, as milliseconds. */
export const durationSchema = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'takes a duration such as "90s", "6h" or "1h30m"')
  .transform((text) => parseDuration(text) ?? 0);

const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'takes 1 to 100 letters, digits, ".", "_" or "-"');

const typePatternSchema = z
  .string()
  .regex(/^(?:\*|[\w-]+(?:\.[\w-]+)*(?:\.\*)?)$/, 'takes an event type such as "test.completed", or "alert.*"');

/** A rule as it stands in the file. Filters are compiled, and checked, by `compileRule`. */
export const ruleSchema = z.strictObject({
  id: idSchema,
  description: z.string().optional(),
  enabled: z.boolean().default(true),
  on: z.array(typePatternSchema).min(1).optional(),
  from: z.array(z.string()).min(1).optional(),
  where: z.unknown().optional(),
  when: z.unknown().optional(),
  clear: z.unknown().optional(),
  severity: z.enum(severities).default('warning'),
  key: z.string().max(1_000).optional(),
  to: z.array(z.string()).min(1),
  lifecycle: z.enum(['incident', 'notice']).default('incident'),
  resolveAfter: durationSchema.optional(),
  testEvents: z.enum(['apart', 'as-live']).default('apart'),
});

export type RuleText = z.infer<typeof ruleSchema>;
