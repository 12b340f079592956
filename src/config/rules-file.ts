import { z } from 'zod';
import { durationSchema } from '../domain/rule.ts';

/** Secrets never stand in the file: they are named, as a variable of the environment or a file that holds them. */
export const secretRefSchema = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: 'takes {"env": "NAME"} or {"file": "path"}: a secret never stands in the rules file itself',
  },
);

export type SecretRef = z.infer<typeof secretRefSchema>;

const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'takes 1 to 64 letters, digits, "_" or "-"');

const sourceSchema = z.strictObject({
  type: z.enum(['inbox-check', 'reachscore']),
  secrets: z.array(secretRefSchema).min(1),
  /** Requests whose timestamp is further off are refused. */
  maxAge: durationSchema.optional(),
  /** Events that match it are tests. */
  test: z.unknown().optional(),
});

const paceSchema = z.union(
  [
    z.strictObject({
      perMinute: z.number().positive().max(60_000),
      burst: z.number().int().positive().max(1_000).default(1),
    }),
    z.literal('none'),
  ],
  { error: 'takes {"perMinute": 60, "burst": 1} or "none"' },
);

const forAll = {
  pace: paceSchema.optional(),
  timeout: durationSchema.refine((ms) => ms <= 60_000, 'takes at most "60s"').optional(),
};

/** `events.pagerduty.com`, or any host with a port. */
const serverSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/,
    'takes a host, or host:port, without https://',
  );

const destinationSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('slack'),
      channel: z.string().regex(/^[CDG][A-Z0-9]{2,}$/, 'takes a channel id such as "C0123456789", not a name'),
      token: secretRefSchema.default({ env: 'SLACK_BOT_TOKEN' }),
      ...forAll,
    }),
    z.strictObject({ type: z.literal('slack-webhook'), url: secretRefSchema, ...forAll }),
    z.strictObject({
      type: z.literal('pagerduty'),
      /** The first opens; the others only end what was opened with them. */
      routingKey: z.union([secretRefSchema, z.array(secretRefSchema).min(1)], {
        error: 'takes {"env": "NAME"}, {"file": "path"}, or a list of them (the first opens, the others still end)',
      }),
      server: serverSchema.default('events.pagerduty.com'),
      ...forAll,
    }),
    z.strictObject({ type: z.literal('preview'), ...forAll }),
  ],
  { error: 'takes "type": "slack", "slack-webhook", "pagerduty" or "preview"' },
);

const retentionSchema = z.strictObject({
  age: durationSchema.optional(),
  bytes: z.number().int().min(1_000_000).optional(),
});

/** Everything in the file; the rules are read one by one, so that a fault in one does not hide those of another. */
export const rulesFileSchema = z.strictObject({
  $schema: z.string().optional(),
  owner: nameSchema.optional(),
  staleAfter: durationSchema.optional(),
  retention: retentionSchema.optional(),
  sources: z.record(nameSchema, sourceSchema),
  destinations: z.record(nameSchema, destinationSchema),
  rules: z.array(z.unknown()),
});

export type SourceText = z.infer<typeof sourceSchema>;
export type DestinationText = z.infer<typeof destinationSchema>;
export type Pace = z.infer<typeof paceSchema>;
