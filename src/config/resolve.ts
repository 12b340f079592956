import type { Filter, Problem } from '../domain/filter/filter.ts';
import type { Config } from './load-rules.ts';
import type { DestinationText, Pace, SecretRef, SourceText } from './rules-file.ts';
import type { SecretReader } from './secrets.ts';

/** A source with its secrets. */
export type ResolvedSource = {
  name: string;
  type: SourceText['type'];
  secrets: string[];
  maxAgeMs: number | undefined;
  testFilter?: Filter;
  /** Where people are rung. */
  server?: string;
};

type Common = { name: string; timeoutMs: number; pace: Pace; fallbackAfterMs: number };
/**
 * A destination with its secrets, one for each address it has or had. The first of a name is the one that opens.
 * `otherTokens`: for channels that no destination leads to any more and only they were told with.
 */
export type ResolvedDestination = Common &
  (
    | ({ type: 'slack'; channel: string; token: string; otherTokens: string[]; editEveryMs: number } & SlackManner)
    | { type: 'slack-webhook'; url: string }
    | { type: 'pagerduty'; routingKey: string; server: string }
    | { type: 'preview' }
  );

type SlackManner = Pick<Extract<DestinationText, { type: 'slack' }>, 'threads' | 'broadcastResolve'>;

const defaultTimeoutMs = 10_000;
/** "1 message per second per channel" (https://docs.slack.dev/apis/web-api/rate-limits); about 120 events a minute per key (https://developer.pagerduty.com/docs/events-api-v2/rate-limits/). */
const defaultPerMinute = { slack: 60, 'slack-webhook': 60, pagerduty: 120, preview: undefined } as const;
/** A page that nobody gets is worse than a message. */
export const defaultFallbackAfterMs = {
  slack: 600_000,
  'slack-webhook': 600_000,
  pagerduty: 120_000,
  preview: 600_000,
} as const;

/** The sources with their secrets; what is missing is added to `problems`. */
export function resolveSources(config: Config, secret: SecretReader, problems: Problem[]): ResolvedSource[] {
  return [...config.sources].map(([name, source]) => ({
    name,
    type: source.type,
    secrets: source.secrets.map((ref, i) => secret(ref, `sources.${name}.secrets[${i}]`, problems)),
    maxAgeMs: 'maxAge' in source ? source.maxAge : undefined,
    ...(source.testFilter ? { testFilter: source.testFilter } : {}),
    ...('server' in source ? { server: source.server } : {}),
  }));
}

/** The destinations with their secrets; what is missing is added to `problems`. */
export function resolveDestinations(config: Config, secret: SecretReader, problems: Problem[]): ResolvedDestination[] {
  return [...config.destinations].flatMap(([name, text]) => {
    const resolved = resolveOne(name, text, (ref, key) => secret(ref, `destinations.${name}.${key}`, problems));
    for (const each of resolved) {
      if (each.type !== 'slack-webhook' || each.url === '' || isHttp(each.url)) continue;
      problems.push({ path: `destinations.${name}.url`, message: 'what it names is no http or https URL' });
    }
    return resolved;
  });
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function resolveOne(
  name: string,
  text: DestinationText,
  secret: (ref: SecretRef, key: string) => string,
): ResolvedDestination[] {
  const perMinute = defaultPerMinute[text.type];
  const pace = text.pace ?? (perMinute === undefined ? ('none' as const) : { perMinute, burst: 1 });
  const fallbackAfterMs = text.fallbackAfter ?? defaultFallbackAfterMs[text.type];
  const common = { name, timeoutMs: text.timeout ?? defaultTimeoutMs, pace, fallbackAfterMs };
  const listed = (refs: SecretRef | SecretRef[], key: string) =>
    Array.isArray(refs) ? refs.map((ref, i) => secret(ref, `${key}[${i}]`)) : [secret(refs, key)];
  switch (text.type) {
    case 'slack': {
      const { type, channel, threads, broadcastResolve, editEvery: editEveryMs } = text;
      const [token = '', ...otherTokens] = listed(text.token, 'token');
      return [{ ...common, type, channel, token, otherTokens, threads, broadcastResolve, editEveryMs }];
    }
    case 'slack-webhook':
      return [{ ...common, type: text.type, url: secret(text.url, 'url') }];
    case 'pagerduty': {
      const { type, server } = text;
      return listed(text.routingKey, 'routingKey').map((routingKey) => ({ ...common, type, routingKey, server }));
    }
    case 'preview':
      return [{ ...common, type: text.type }];
  }
}
