import type { Filter, Problem } from '../domain/filter.ts';
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
};

type Common = { name: string; timeoutMs: number; pace: Pace };
/** A destination with its secrets, one for each address it has or had. The first of a name is the one that opens. */
export type ResolvedDestination = Common &
  (
    | { type: 'slack'; channel: string; token: string }
    | { type: 'slack-webhook'; url: string }
    | { type: 'pagerduty'; routingKey: string; server: string }
    | { type: 'preview' }
  );

const defaultTimeoutMs = 10_000;
/** "1 message per second per channel" (https://docs.slack.dev/apis/web-api/rate-limits); about 120 events a minute per key (https://developer.pagerduty.com/docs/events-api-v2/rate-limits/). */
const defaultPerMinute = { slack: 60, 'slack-webhook': 60, pagerduty: 120, preview: undefined } as const;

/** The sources with their secrets; what is missing is added to `problems`. */
export function resolveSources(config: Config, secret: SecretReader, problems: Problem[]): ResolvedSource[] {
  return [...config.sources].map(([name, source]) => ({
    name,
    type: source.type,
    secrets: source.secrets.map((ref, i) => secret(ref, `sources.${name}.secrets[${i}]`, problems)),
    maxAgeMs: source.maxAge,
    ...(source.testFilter ? { testFilter: source.testFilter } : {}),
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
  const common = { name, timeoutMs: text.timeout ?? defaultTimeoutMs, pace };
  switch (text.type) {
    case 'slack':
      return [{ ...common, type: text.type, channel: text.channel, token: secret(text.token, 'token') }];
    case 'slack-webhook':
      return [{ ...common, type: text.type, url: secret(text.url, 'url') }];
    case 'pagerduty': {
      const refs = Array.isArray(text.routingKey) ? text.routingKey : [text.routingKey];
      return refs.map((ref, i) => {
        const key = Array.isArray(text.routingKey) ? `routingKey[${i}]` : 'routingKey';
        return { ...common, type: text.type, routingKey: secret(ref, key), server: text.server };
      });
    }
    case 'preview':
      return [{ ...common, type: text.type }];
  }
}
