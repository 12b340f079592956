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

/**
 * Of two that lead to one channel the earlier speaks, here as elsewhere; the operators of either guard it. (A file where
 * those differ is refused.)
 */
export function channelsOf({ config, destinations }: Leading): Map<string, ChannelInForce> {
  const channels = new Map<string, ChannelInForce>();
  for (const each of destinations) {
    if (each.type !== 'slack') continue;
    const { name, channel, token } = each;
    const address = `slack:${channel}`;
    const text = config.destinations.get(name);
    const operators = text?.type === 'slack' ? text.operators : undefined;
    const earlier = channels.get(address) ?? { name, token, operators };
    channels.set(address, { ...earlier, operators: earlier.operators ?? operators });
  }
  return channels;
}

type Leading = { config: Pick<ResolvedRules['config'], 'destinations'> } & Pick<ResolvedRules, 'destinations'>;
