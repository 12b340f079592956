import { z } from 'zod';
import { durationSchema, filterSchema } from '../domain/rules/rule.ts';
import type { paceSchema } from './destination-schema.ts';
import { destinationSchema, serverSchema } from './destination-schema.ts';
import { secretRefSchema } from './secret-schema.ts';

const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'takes 1 to 64 letters, digits, "_" or "-"');

const signedBy = {
  secrets: z
    .array(secretRefSchema)
    .min(1)
    .meta({
      description: 'The signing secrets; during a change, the new and the old one.',
      examples: [[{ env: 'IC_WEBHOOK_SECRET' }]],
    }),
};

const sourceSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.enum(['inbox-check', 'reachscore']).meta({ description: 'Who sends.', examples: ['inbox-check'] }),
      ...signedBy,
      maxAge: durationSchema.optional().meta({
        description:
          'Requests whose timestamp is further off are refused (ReachScore: "5m"; Inbox Check: not looked at).',
        examples: ['5m'],
      }),
      test: filterSchema
        .optional()
        .meta({ description: 'Events that match it are tests.', examples: [{ tags: 'test' }] }),
    }),
    z.strictObject({
      type: z
        .literal('pagerduty')
        .meta({ description: 'What people do to their pages, which no rule hears.', examples: ['pagerduty'] }),
      ...signedBy,
      server: serverSchema,
    }),
  ],
  { error: 'takes "type": "inbox-check", "reachscore" or "pagerduty"' },
);

const retentionSchema = z.strictObject({
  age: durationSchema.optional().meta({ description: 'How long ("30d" on SQLite, "7d" on Redis).', examples: ['30d'] }),
  bytes: z
    .number()
    .int()
    .min(1_000_000)
    .optional()
    .meta({ description: 'How many bytes (5 GiB on SQLite, 512 MiB on Redis).', examples: [1_000_000_000] }),
});

/** Everything in the file; the rules are read one by one, so that a fault in one does not hide those of another. */
export const rulesFileSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .meta({
      description: 'The path of this schema, for editors: "./rules.schema.json".',
      examples: ['./rules.schema.json'],
    }),
  owner: nameSchema
    .optional()
    .meta({ description: "The destination that hears of tocsin's own trouble.", examples: ['deliverability'] }),
  orphanGrace: durationSchema.optional().meta({
    description: 'How long what no rule feeds any more stays open, in case the rule comes back ("10m").',
    examples: ['10m'],
  }),
  staleAfter: durationSchema
    .optional()
    .meta({ description: 'An event older than that at receipt opens nothing ("24h").', examples: ['24h'] }),
  retention: retentionSchema.optional().meta({
    description: 'How much history is kept; never what is unrouted, owed or open goes.',
    examples: [{ age: '30d' }],
  }),
  sources: z.record(nameSchema, sourceSchema).meta({
    description: 'Who sends, by name: the hook is /hooks/<name>.',
    examples: [{ 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC_WEBHOOK_SECRET' }] } }],
  }),
  destinations: z.record(nameSchema, destinationSchema).meta({
    description: 'Where people are told, by name.',
    examples: [{ deliverability: { type: 'slack', channel: 'C0123456789' } }],
  }),
  tests: z
    .array(z.unknown())
    .optional()
    .meta({
      description:
        'What happens, and what is expected of these rules; "tocsin test" runs them, and "serve" at its start.',
      examples: [
        [
          {
            name: 'a failed test is told',
            events: [{ source: 'inbox-check', fire: 'test.failed' }],
            expect: { told: ['deliverability'] },
          },
        ],
      ],
    }),
  rules: z.array(z.unknown()).meta({
    description: 'A filter on events, and what follows.',
    examples: [[{ id: 'test-failed', on: ['test.failed'], lifecycle: 'notice', to: ['deliverability'] }]],
  }),
});

export type SecretRef = z.infer<typeof secretRefSchema>;
export type SourceText = z.infer<typeof sourceSchema>;
export type DestinationText = z.infer<typeof destinationSchema>;
export type Pace = z.infer<typeof paceSchema>;
