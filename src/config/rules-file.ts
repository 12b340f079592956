import { z } from 'zod';
import { durationSchema, filterSchema } from '../domain/rule.ts';

/** Secrets never stand in the file: they are named, as a variable of the environment or a file that holds them. */
export const secretRefSchema = z
  .union(
    [
      z.strictObject({ env: z.string().min(1).describe('The name of the variable that holds the secret.') }),
      z.strictObject({ file: z.string().min(1).describe('The path of the file that holds the secret.') }),
    ],
    {
      error: 'takes {"env": "NAME"} or {"file": "path"}: a secret never stands in the rules file itself',
    },
  )
  .meta({ id: 'secret', description: 'Where a secret is found: {"env": "NAME"} or {"file": "path"}.' });

export type SecretRef = z.infer<typeof secretRefSchema>;

/** One secret, or a list while one takes the place of another; `use` says what becomes of the rest. */
const secretsSchema = (use: string) =>
  z.union([secretRefSchema, z.array(secretRefSchema).min(1)], {
    error:
      `takes {"env": "NAME"}, {"file": "path"}, or a list of them (${use}): ` +
      'a secret never stands in the rules file itself',
  });

const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'takes 1 to 64 letters, digits, "_" or "-"');

const sourceSchema = z.strictObject({
  type: z.enum(['inbox-check', 'reachscore']).describe('Who sends.'),
  secrets: z.array(secretRefSchema).min(1).describe('The signing secrets; during a change, the new and the old one.'),
  maxAge: durationSchema
    .optional()
    .describe('Requests whose timestamp is further off are refused (ReachScore: "5m"; Inbox Check: not looked at).'),
  test: filterSchema.optional().describe('Events that match it are tests.'),
});

const paceSchema = z.union(
  [
    z.strictObject({
      perMinute: z.number().positive().max(60_000).describe('Messages a minute.'),
      burst: z.number().int().positive().max(1_000).default(1).describe('So many at once after a rest.'),
    }),
    z.literal('none'),
  ],
  { error: 'takes {"perMinute": 60, "burst": 1} or "none"' },
);

/** More often than once a second is faster than a channel may be told: https://docs.slack.dev/apis/web-api/rate-limits */
const leastEditEveryMs = 1_000;

const operatorsSchema = z
  .strictObject({
    users: idsOf(/^[UW][A-Z0-9]{2,}$/, 'takes user ids such as "U0123456789"').describe('The ids of Slack users.'),
    groups: idsOf(/^S[A-Z0-9]{2,}$/, 'takes user group ids such as "S0123456789"').describe(
      'The ids of Slack user groups.',
    ),
  })
  .refine(({ users, groups }) => users ?? groups, 'takes "users", "groups", or both')
  .meta({ minProperties: 1 });

function idsOf(form: RegExp, words: string) {
  return z.array(z.string().regex(form, words)).min(1).optional();
}

const forAll = {
  pace: paceSchema
    .optional()
    .describe('How fast it is told; "none" for no limit (Slack: 60 a minute and channel, PagerDuty: 120 and key).'),
  timeout: durationSchema
    .refine((ms) => ms <= 60_000, 'takes at most "60s"')
    .optional()
    .describe('How long one call may take ("10s"), at most "60s".'),
  fallback: z
    .string()
    .optional()
    .describe('The name of the destination that is told instead while this one cannot be; it is told the end as well.'),
  fallbackAfter: durationSchema
    .optional()
    .describe('How long something new may stay untold before that ("2m" for PagerDuty, "10m" for Slack).'),
};

/** `events.pagerduty.com`, or any host with a port. */
const serverSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/,
    'takes a host, or host:port, without https://',
  );

const typed = <Type extends string>(type: Type) => z.literal(type).describe('What kind of destination it is.');

const destinationSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: typed('slack'),
      channel: z
        .string()
        .regex(/^[CDG][A-Z0-9]{2,}$/, 'takes a channel id such as "C0123456789", not a name')
        .describe('The channel\'s id, such as "C0123456789", not its name.'),
      token: secretsSchema('the first is used, the others where only they may')
        .default({ env: 'SLACK_BOT_TOKEN' })
        .describe('The bot token, or a list: the first is used, the others tell where only they may.'),
      threads: z
        .enum(['changes', 'none'])
        .default('changes')
        .describe('"changes": what matters is also told as a reply below the message; "none": the message alone.'),
      broadcastResolve: z
        .boolean()
        .default(false)
        .describe('true: the reply that says it is over shows in the channel.'),
      editEvery: durationSchema
        .refine((ms) => ms >= leastEditEveryMs, 'takes at least "1s"')
        .prefault('10s')
        .describe('The message is edited no more often, but for what cannot wait; at least "1s".'),
      operators: operatorsSchema.optional().describe('Who may press the buttons of its messages.'),
      ...forAll,
    }),
    z.strictObject({
      type: typed('slack-webhook'),
      url: secretRefSchema.describe("The incoming webhook's URL, which is a secret."),
      ...forAll,
    }),
    z.strictObject({
      type: typed('pagerduty'),
      routingKey: secretsSchema('the first opens, the others still end').describe(
        'The integration key, or a list: the first opens, the others only end what they opened.',
      ),
      server: serverSchema.default('events.pagerduty.com').describe('Elsewhere, such as "events.eu.pagerduty.com".'),
      ...forAll,
    }),
    z.strictObject({ type: typed('preview'), ...forAll }),
  ],
  { error: 'takes "type": "slack", "slack-webhook", "pagerduty" or "preview"' },
);

const retentionSchema = z.strictObject({
  age: durationSchema.optional().describe('How long ("30d" on SQLite, "7d" on Redis).'),
  bytes: z.number().int().min(1_000_000).optional().describe('How many bytes (5 GiB on SQLite, 512 MiB on Redis).'),
});

/** Everything in the file; the rules are read one by one, so that a fault in one does not hide those of another. */
export const rulesFileSchema = z.strictObject({
  $schema: z.string().optional().describe('The path of this schema, for editors: "./rules.schema.json".'),
  owner: nameSchema.optional().describe("The destination that hears of tocsin's own trouble."),
  orphanGrace: durationSchema
    .optional()
    .describe('How long what no rule feeds any more stays open, in case the rule comes back ("10m").'),
  staleAfter: durationSchema.optional().describe('An event older than that at receipt opens nothing ("24h").'),
  retention: retentionSchema
    .optional()
    .describe('How much history is kept; never what is unrouted, owed or open goes.'),
  sources: z.record(nameSchema, sourceSchema).describe('Who sends, by name: the hook is /hooks/<name>.'),
  destinations: z.record(nameSchema, destinationSchema).describe('Where people are told, by name.'),
  rules: z.array(z.unknown()).describe('A filter on events, and what follows.'),
});

export type SourceText = z.infer<typeof sourceSchema>;
export type DestinationText = z.infer<typeof destinationSchema>;
export type Pace = z.infer<typeof paceSchema>;
