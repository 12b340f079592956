import { z } from 'zod';
import { durationSchema } from '../domain/rules/rule.ts';
import { secretRefSchema, secretsSchema } from './secret-schema.ts';

export const paceSchema = z.union(
  [
    z.strictObject({
      perMinute: z
        .number()
        .positive()
        .max(60_000)
        .meta({ description: 'Messages a minute.', examples: [30] }),
      burst: z
        .number()
        .int()
        .positive()
        .max(1_000)
        .default(1)
        .meta({ description: 'So many at once after a rest.', examples: [5] }),
    }),
    z.literal('none'),
  ],
  { error: 'takes {"perMinute": 60, "burst": 1} or "none"' },
);

/** More often than once a second is faster than a channel may be told: https://docs.slack.dev/apis/web-api/rate-limits */
const leastEditEveryMs = 1_000;

const operatorsSchema = z
  .strictObject({
    users: idsOf(/^[UW][A-Z0-9]{2,}$/, 'takes user ids such as "U0123456789"').meta({
      description: 'The ids of Slack users.',
      examples: [['U0123456789']],
    }),
    groups: idsOf(/^S[A-Z0-9]{2,}$/, 'takes user group ids such as "S0123456789"').meta({
      description: 'The ids of Slack user groups.',
      examples: [['S0123456789']],
    }),
  })
  .refine(({ users, groups }) => users ?? groups, 'takes "users", "groups", or both')
  .meta({ minProperties: 1 });

function idsOf(form: RegExp, words: string) {
  return z.array(z.string().regex(form, words)).min(1).optional();
}

const forAll = {
  pace: paceSchema.optional().meta({
    description: 'How fast it is told; "none" for no limit (Slack: 60 a minute and channel, PagerDuty: 120 and key).',
    examples: [{ perMinute: 30, burst: 5 }, 'none'],
  }),
  timeout: durationSchema
    .refine((ms) => ms <= 60_000, 'takes at most "60s"')
    .optional()
    .meta({ description: 'How long one call may take ("10s"), at most "60s".', examples: ['10s'] }),
  fallback: z
    .string()
    .optional()
    .meta({
      description:
        'The name of the destination that is told instead while this one cannot be; it is told the end as well.',
      examples: ['deliverability'],
    }),
  fallbackAfter: durationSchema.optional().meta({
    description: 'How long something new may stay untold before that ("2m" for PagerDuty, "10m" for Slack).',
    examples: ['2m'],
  }),
};

/** `events.pagerduty.com`, or any host with a port. */
export const serverSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/,
    'takes a host, or host:port, without https://',
  )
  .default('events.pagerduty.com')
  .meta({ description: 'Elsewhere, such as "events.eu.pagerduty.com".', examples: ['events.eu.pagerduty.com'] });

const typed = <Type extends string>(type: Type) =>
  z.literal(type).meta({ description: 'What kind of destination it is.', examples: [type] });

/** Where people are told, as it stands in the file. */
export const destinationSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: typed('slack'),
      channel: z
        .string()
        .regex(/^[CDG][A-Z0-9]{2,}$/, 'takes a channel id such as "C0123456789", not a name')
        .meta({ description: 'The channel\'s id, such as "C0123456789", not its name.', examples: ['C0123456789'] }),
      token: secretsSchema('the first is used, the others where only they may')
        .default({ env: 'SLACK_BOT_TOKEN' })
        .meta({
          description: 'The bot token, or a list: the first is used, the others tell where only they may.',
          examples: [{ env: 'SLACK_BOT_TOKEN' }],
        }),
      threads: z
        .enum(['changes', 'none'])
        .default('changes')
        .meta({
          description: '"changes": what matters is also told as a reply below the message; "none": the message alone.',
          examples: ['none'],
        }),
      broadcastResolve: z
        .boolean()
        .default(false)
        .meta({ description: 'true: the reply that says it is over shows in the channel.', examples: [true] }),
      editEvery: durationSchema
        .refine((ms) => ms >= leastEditEveryMs, 'takes at least "1s"')
        .prefault('10s')
        .meta({
          description: 'The message is edited no more often, but for what cannot wait; at least "1s".',
          examples: ['10s'],
        }),
      operators: operatorsSchema
        .optional()
        .meta({ description: 'Who may press the buttons of its messages.', examples: [{ groups: ['S0123456789'] }] }),
      ...forAll,
    }),
    z.strictObject({
      type: typed('slack-webhook'),
      url: secretRefSchema.meta({
        description: "The incoming webhook's URL, which is a secret.",
        examples: [{ env: 'SLACK_WEBHOOK_URL' }],
      }),
      ...forAll,
    }),
    z.strictObject({
      type: typed('pagerduty'),
      routingKey: secretsSchema('the first opens, the others still end').meta({
        description: 'The integration key, or a list: the first opens, the others only end what they opened.',
        examples: [{ env: 'PD_KEY' }],
      }),
      server: serverSchema,
      ...forAll,
    }),
    z.strictObject({ type: typed('preview'), ...forAll }),
  ],
  { error: 'takes "type": "slack", "slack-webhook", "pagerduty" or "preview"' },
);
