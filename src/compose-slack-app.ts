import type { Logger } from 'pino';
import type { Environment } from './config/environment.ts';
import type { ResolvedRules } from './config/read-rules.ts';
import type { InForceHolder } from './in-force.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { ChannelInForce, SlackApp } from './slack-app/slack-app.ts';
import { openSlackApp } from './slack-app/slack-app.ts';

export type SlackAppSettings = { environment: Environment; ledger: Ledger; inForce: InForceHolder; log: Logger };

/** Whether what people press in Slack is heard; never in preview, which tells them nothing. */
export function hearsSlack({ SLACK_SIGNING_SECRET, SLACK_APP_TOKEN }: Environment, preview: boolean): boolean {
  return !preview && (SLACK_SIGNING_SECRET !== undefined || SLACK_APP_TOKEN !== undefined);
}

/** The Slack app, going by what is in force at each moment. */
export function slackAppOf({ environment, ledger, inForce, log }: SlackAppSettings): SlackApp {
  const { current } = inForce;
  return openSlackApp({
    signingSecret: environment.SLACK_SIGNING_SECRET,
    appToken: environment.SLACK_APP_TOKEN,
    apiUrl: environment.SLACK_API_URL,
    ledger,
    channels: () => channelsOf(current().rules),
    places: () => current().standing.places,
    sources: () => [...current().sources.keys()],
    log,
    now: Date.now,
    elapsedMs: () => performance.now(),
  });
}

/** Of two that lead to one channel the earlier speaks, here as elsewhere. */
function channelsOf({ config, destinations }: ResolvedRules): Map<string, ChannelInForce> {
  const channels = destinations.toReversed().flatMap((each): [string, ChannelInForce][] => {
    if (each.type !== 'slack') return [];
    const { name, channel, token } = each;
    const text = config.destinations.get(name);
    const operators = text?.type === 'slack' ? text.operators : undefined;
    return [[`slack:${channel}`, { name, token, operators }]];
  });
  return new Map(channels);
}
