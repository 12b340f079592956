import { z } from 'zod';
import type { Problem } from '../domain/filter/filter.ts';

/** What is empty is not set; white space around a value is no part of it. */
const given = (value: unknown) => (typeof value === 'string' ? value.trim() || undefined : value);
const text = (fallback: string) => z.preprocess(given, z.string().default(fallback));
const optional = z.preprocess(given, z.string().optional());

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const schema = z.object({
  PORT: z.preprocess(given, z.coerce.number('takes a port').int().min(0).max(65_535).default(3000)),
  HOST: text('0.0.0.0'),
  TOCSIN_RULES: optional,
  TOCSIN_DATA: optional,
  REDIS_URL: optional,
  TOCSIN_REDIS_WAIT: z.preprocess(given, z.coerce.number('takes a number of replicas').int().min(0).default(0)),
  LOG_LEVEL: z.preprocess(given, z.enum(logLevels).default('info')),
  SLACK_SIGNING_SECRET: optional,
  SLACK_APP_TOKEN: z.preprocess(
    given,
    z.string().startsWith('xapp-', 'takes an app-level token, which begins with "xapp-"').optional(),
  ),
  SLACK_API_URL: z.preprocess(given, z.url({ protocol: /^https?$/ }).default('https://slack.com/api/')),
  PD_API_TOKEN: optional,
  TOCSIN_PUBLIC_URL: z.preprocess(given, z.url({ protocol: /^https?$/ }).optional()),
});

export type Environment = z.infer<typeof schema>;

/** What the environment says, or every problem with the name of its variable. The values are not repeated. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): { ok: true; environment: Environment } | { ok: false; problems: Problem[] } {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return { ok: true, environment: parsed.data };
  const problems = parsed.error.issues.map((issue) => ({ path: String(issue.path[0]), message: issue.message }));
  return { ok: false, problems };
}
