import { z } from 'zod';
import type { Event } from '../event.ts';
import { valueAt } from '../event.ts';
import type { Severity } from '../incident/incident.ts';
import { severities } from '../incident/incident.ts';

/** A dotted path of the event. */
export const pathSchema = z
  .string()
  .regex(/^\w[\w-]*(?:\.\w[\w-]*)*$/, 'takes a dotted path of the event, such as "level"');

const severityWordSchema = z.enum(severities, {
  error: ({ input }) =>
    input === undefined ? 'is missing' : `takes ${severities.map((each) => `"${each}"`).join(', ')}`,
});

const severityMapSchema = z.strictObject({
  from: pathSchema.meta({ description: 'The path whose value says how bad it is.', examples: ['level'] }),
  map: z
    .record(z.string(), severityWordSchema)
    .refine((map) => Object.keys(map).length > 0, 'takes at least one value, such as {"page": "error"}')
    .meta({
      description: 'The severity of each value, exactly as the sender writes it.',
      minProperties: 1,
      examples: [{ page: 'error', warn: 'warning' }],
    }),
  default: severityWordSchema.meta({
    description: 'For every other value, and where there is none.',
    examples: ['info'],
  }),
});

const labelsSchema = z.array(z.string()).min(1);
const labelsOf = (severity: string) =>
  labelsSchema
    .optional()
    .meta({ description: `Who is told when it is ${severity}.`, examples: [['on-call', 'deliverability']] });

const toBySeveritySchema = z
  .strictObject({
    critical: labelsOf('critical'),
    error: labelsOf('an error'),
    warning: labelsOf('a warning'),
    info: labelsOf('only for information'),
    default: labelsSchema.optional().meta({
      description: 'Who is told of a severity that is not named here.',
      examples: [['deliverability']],
    }),
  })
  .refine((to) => to.default !== undefined || severities.every((each) => to[each] !== undefined), {
    error: 'takes "default" for the severities that are not named',
    path: ['default'],
  })
  .meta({ anyOf: [{ required: ['default'] }, { required: [...severities] }] });

/** How bad it is: one word for all, or a value of the event and what it stands for. */
export const severitySchema = z.union([severityWordSchema, severityMapSchema], {
  error: 'takes "critical", "error", "warning", "info", or {"from": "level", "map": {…}, "default": "info"}',
});

/** Who is told: some always, or others by how bad it is. */
export const toSchema = z.union([labelsSchema, toBySeveritySchema], {
  error: 'takes a list of destinations, or one for each severity, such as {"critical": […], "default": […]}',
});

type SeverityText = z.infer<typeof severitySchema>;
type ToText = z.infer<typeof toSchema>;

/** How bad an event is to a rule. */
export type SeverityOf = (event: Event) => Severity;

/** Of a word: that. Of a map: what the event's value stands for, and the default where it stands for nothing. */
export function compileSeverity(severity: SeverityText): SeverityOf {
  if (typeof severity === 'string') return () => severity;
  const path = severity.from.split('.');
  const map = new Map(Object.entries(severity.map));
  return (event) => {
    const value = valueAt(event, path);
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return (isPlain ? map.get(String(value)) : undefined) ?? severity.default;
  };
}

/** Who is told of what is that bad, by label. */
export function compileTo(to: ToText): (severity: Severity) => string[] {
  if (Array.isArray(to)) return () => to;
  return (severity) => to[severity] ?? to.default ?? [];
}

/** Every label that stands in it, each once. */
export function labelsIn(to: ToText): string[] {
  if (Array.isArray(to)) return [...new Set(to)];
  return [...new Set([...severities, 'default' as const].flatMap((name) => to[name] ?? []))];
}
