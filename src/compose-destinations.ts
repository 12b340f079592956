import type { Logger } from 'pino';
import type { Config } from './config/load-rules.ts';
import type { ResolvedDestination } from './config/resolve.ts';
import type { Destination, Order } from './destinations/destination.ts';
import { eventBody } from './destinations/pagerduty/event-body.ts';
import { pagerDutyService } from './destinations/pagerduty/service.ts';
import { preview } from './destinations/preview.ts';
import { renderForSlack } from './destinations/slack/blocks.ts';
import { slackChannel } from './destinations/slack/channel.ts';
import { slackIncomingWebhook } from './destinations/slack/incoming-webhook.ts';

/** The destinations as the rules file has them. */
export function openDestinations(resolved: ResolvedDestination[], slackApiUrl: string, log: Logger): Destination[] {
  return resolved.map((each) => openDestination(each, slackApiUrl, log));
}

function openDestination(resolved: ResolvedDestination, slackApiUrl: string, log: Logger): Destination {
  switch (resolved.type) {
    case 'slack':
      return slackChannel({ ...resolved, apiUrl: slackApiUrl });
    case 'slack-webhook':
      return slackIncomingWebhook(resolved);
    case 'pagerduty':
      return pagerDutyService(resolved);
    case 'preview':
      return previewOf(resolved.name, { channel: 'slack', where: resolved.name }, log);
  }
}

/** The same labels, each showing in the log what the real one would have got. */
export function openPreviews(config: Config, log: Logger): Destination[] {
  return [...config.destinations].map(([name, text]) => {
    const where = text.type === 'slack' ? text.channel : name;
    return previewOf(name, { channel: text.type === 'pagerduty' ? 'pagerduty' : 'slack', where }, log);
  });
}

type Shown = { channel: 'slack' | 'pagerduty'; where: string };

function previewOf(name: string, { channel, where }: Shown, log: Logger): Destination {
  return preview({
    name,
    address: `preview:${name}`,
    ways: { edits: true, folds: channel === 'pagerduty', finds: false, fallbackAfterMs: 120_000 },
    render: (order) => (channel === 'slack' ? slackShown(order, where) : pagerDutyShown(order)),
    show: (shown) => log.info({ destination: name, shown }, `preview.${channel}`),
  });
}

/** The lines a person would read in the channel. */
function slackShown({ act, ref, message }: Order, where: string): string {
  const { text, attachments } = renderForSlack(message);
  const call = ref === undefined || act === 'open' || act === 'notice' ? 'chat.postMessage' : 'chat.update';
  const lines = attachments.flatMap(({ blocks }) =>
    blocks.map((block) => ('text' in block ? block.text.text : (block.elements[0]?.text ?? ''))),
  );
  const shown = [text, ...lines].map(asRead);
  return [`Slack ${call} ${where}`, ...shown].join('\n');
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
