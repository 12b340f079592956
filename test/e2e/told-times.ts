import type { Attempt, NotificationHistory } from '../../src/ledger/history.ts';
import type { Outcome } from '../../src/ledger/outbox.ts';
import type { FakePagerDuty } from '../fakes/fake-pagerduty.ts';
import type { FakeSlack } from '../fakes/fake-slack.ts';

/**
 * How often an act may have been told beyond once: as often as the history says that nobody knew whether it was, be it
 * in an answer, or because the attempt has none, and that it was told anew for what may still come through.
 */
export function markedAgain({ attempts }: NotificationHistory, act: Outcome['act']): number {
  const isUnsure = ({ act: tried, result }: Attempt) => tried === act && result === 'ambiguous';
  const isMended = ({ reason }: Attempt) => reason?.includes('may still come through') === true;
  return attempts.filter((each) => each.result === undefined || isUnsure(each) || isMended(each)).length;
}

/** How often Slack kept the notification's message, and each of its replies. */
export function timesInSlack(slack: FakeSlack, id: string): Record<string, number> {
  const marks = slack.calls.filter(({ method, answer }) => method === 'chat.postMessage' && answer.ok).map(markOf);
  const ours = marks.filter((mark) => mark === id || mark.startsWith(`${id}:`));
  return Object.fromEntries(
    [...Map.groupBy(ours, (mark) => mark)].map(([mark, those]) => [mark === id ? 'open' : 'reply', those.length]),
  );
}

function markOf({ args }: FakeSlack['calls'][number]): string {
  const { event_payload: payload } = args.metadata as { event_payload: { notification_id: string } };
  return payload.notification_id;
}

/** How often PagerDuty kept a trigger under that key, and a resolve. */
export function timesInPagerDuty(pagerDuty: FakePagerDuty, routingKey: string, key: string): Record<string, number> {
  const bodies = pagerDuty.calls
    .filter(({ status }) => status === 202)
    .map(({ body }) => body as Record<string, unknown>);
  const ours = bodies.filter((body) => body.routing_key === routingKey && body.dedup_key === key);
  const count = (action: string) => ours.filter((body) => body.event_action === action).length;
  return { open: count('trigger'), resolve: count('resolve') };
}
