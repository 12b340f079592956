import type { Logger } from 'pino';
import type { ResolvedRules } from './config/read-rules.ts';
import type { ResolvedDestination } from './config/resolve.ts';
import { defaultFallbackAfterMs } from './config/resolve.ts';
import { absentDestination } from './destinations/absent.ts';
import type { Destination, Finding, Order } from './destinations/destination.ts';
import { fingerprint } from './destinations/fingerprint.ts';
import type { Opening } from './destinations/kept-open.ts';
import { eventBody } from './destinations/pagerduty/event-body.ts';
import { pagerDutyService } from './destinations/pagerduty/service.ts';
import { preview } from './destinations/preview.ts';
import { slackChannel } from './destinations/slack/channel.ts';
import { slackIncomingWebhook } from './destinations/slack/incoming-webhook.ts';
import { renderOrder } from './destinations/slack/render-order.ts';
import type { Beyond } from './in-force.ts';
import type { KnownAddress } from './ledger/workers.ts';

/** The destinations as the rules file has them; in preview the same labels, each showing what the real one would get. */
export function openingsOf({ config, destinations }: ResolvedRules, openers: Openers): Opening[] {
  const { preview, log } = openers;
  if (!preview) return destinations.map((each) => openingOf(each, openers));
  return [...config.destinations].map(([name, text]) => {
    const where = text.type === 'slack' ? text.channel : name;
    const shown: Shown = { channel: text.type === 'pagerduty' ? 'pagerduty' : 'slack', where };
    return { settings: JSON.stringify([name, shown]), open: () => previewOf(name, shown, log) };
  });
}

/** `buttons`: the Slack app is on, and hears what is pressed. */
export type Openers = { preview: boolean; slackApiUrl: string; buttons: boolean; log: Logger };

function openingOf(resolved: ResolvedDestination, openers: Openers): Opening {
  return { settings: JSON.stringify(resolved), open: () => openDestination(resolved, openers) };
}

function openDestination(resolved: ResolvedDestination, { slackApiUrl, buttons, log }: Openers): Destination {
  switch (resolved.type) {
    case 'slack':
      return slackChannel({ ...resolved, apiUrl: slackApiUrl, buttons });
    case 'slack-webhook':
      return slackIncomingWebhook(resolved);
    case 'pagerduty':
      return pagerDutyService(resolved);
    case 'preview':
      return previewOf(resolved.name, { channel: 'slack', where: resolved.name }, log);
  }
}

/** What was looked at, and what it came to. */
export type Examined = Finding & { about: string };

/** Looks at each destination as it would be told, and tells nothing. */
export async function examineDestinations(rules: ResolvedRules, openers: Openers): Promise<Examined[]> {
  const signal = new AbortController().signal;
  const found = await Promise.all(
    openingsOf(rules, openers).map(async (opening) => {
      const destination = opening.open();
      const findings = await destination.examine(signal);
      await destination.close();
      return findings.map((each) => ({ about: destination.name, ...each }));
    }),
  );
  return found.flat();
}

/**
 * Addresses the rules file does not have any more, where something may still be owed. A Slack channel is told with the
 * token it was told with, if that is among those configured; what nobody can tell is refused, so that it is a dead
 * letter with words, and not forgotten. `reached`: where other processes can tell.
 * `changed`: those to be remembered otherwise than they are.
 */
export function openingsBeyond(
  known: readonly KnownAddress[],
  { rules, reached, ...openers }: { rules: ResolvedRules; reached: ReadonlySet<string> } & Openers,
): Beyond & { changed: KnownAddress[] } {
  const tokens = tokensOf(rules);
  const reachable: Opening[] = [];
  const absent: Opening[] = [];
  const changed: KnownAddress[] = [];
  for (const each of known) {
    const { address, type, destination: name } = each;
    const credential = each.credential.replace(unusable, '');
    const remember = (as: string) => as !== each.credential && changed.push({ ...each, credential: as });
    const token = type === 'slack' ? tokens.get(credential) : undefined;
    if (token !== undefined) {
      const channel = address.replace(/^slack:/, '');
      reachable.push(openingOf({ ...asFormerChannel, name, channel, token }, openers));
      remember(credential);
    } else if (!reached.has(address)) {
      const settings = JSON.stringify(['absent', address, name]);
      absent.push({ settings, open: () => absentDestination({ address, name, type }) });
      remember(`absent:${credential}`);
    }
  }
  return { reachable, absent, changed };
}

/** Before the fingerprint of what nobody can use: once somebody can again, what died meanwhile is owed again. */
const unusable = /^absent:/;

/** Every bot token that is configured, by its fingerprint. */
function tokensOf({ destinations }: ResolvedRules): Map<string, string> {
  const tokens = destinations.flatMap((each) => (each.type === 'slack' ? [each.token, ...each.otherTokens] : []));
  return new Map(tokens.map((token) => [fingerprint(token), token]));
}

/** What a channel goes by of which only the label and the token are known: the defaults of the rules file. */
const asFormerChannel = {
  type: 'slack',
  otherTokens: [],
  threads: 'changes',
  broadcastResolve: false,
  editEveryMs: 10_000,
  timeoutMs: 10_000,
  pace: { perMinute: 60, burst: 1 },
  fallbackAfterMs: defaultFallbackAfterMs.slack,
} as const satisfies Partial<ResolvedDestination>;

type Shown = { channel: 'slack' | 'pagerduty'; where: string };

/** The ways of the real ones, by the defaults of the rules file. */
const shownWays = {
  slack: { folds: false, threads: true, acknowledges: false, fallbackAfterMs: defaultFallbackAfterMs.slack },
  pagerduty: { folds: true, threads: false, acknowledges: true, fallbackAfterMs: defaultFallbackAfterMs.pagerduty },
} as const;

function previewOf(name: string, { channel, where }: Shown, log: Logger): Destination {
  return preview({
    name,
    address: `preview:${name}`,
    ways: { ...shownWays[channel], edits: true, finds: false, editEveryMs: 10_000 },
    render: (order) => (channel === 'slack' ? slackShown(order, where) : pagerDutyShown(order)),
    show: (shown) => log.info({ destination: name, shown }, `preview.${channel}`),
  });
}

/** The lines a person would read in the channel. */
function slackShown(order: Order, where: string): string {
  const { text, attachments = [] } = renderOrder(order);
  const lines = attachments.flatMap(({ blocks }) =>
    blocks.flatMap((block) => {
      if (block.type === 'actions') return [];
      return block.type === 'section' ? block.text.text : block.elements[0].text;
    }),
  );
  return [`Slack ${slackCall(order)} ${where}`, ...[text, ...lines].map(asRead)].join('\n');
}

function slackCall({ act, ref }: Order): string {
  if (act === 'reply') return 'chat.postMessage (a reply)';
  return ref === undefined || act === 'open' || act === 'notice' ? 'chat.postMessage' : 'chat.update';
}

/** Slack's markup and entities as they are seen. */
function asRead(text: string): string {
  return text
    .replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** The body, but for the whole event among its details, which is long and stands in the delivery. */
function pagerDutyShown(order: Order): string {
  const { type, data } = eventBody(order, '[routing key]');
  const path = type === 'change' ? '/v2/change/enqueue' : '/v2/enqueue';
  const brief = (name: string, value: unknown) => (name === 'event' ? `[delivery ${order.message.deliveryId}]` : value);
  return `PagerDuty POST ${path}\n${JSON.stringify(data, brief, 2)}`;
}
