import { escaped, moment } from '../destinations/slack/mrkdwn.ts';
import type { Desk } from './desk.ts';
import type { Press } from './payload.ts';
import { tomorrowAtNine } from './tomorrow.ts';

const hourMs = 3_600_000;
/** Further off from the ledger's clock, Slack's is not believed. */
const believedMs = 300_000;

/**
 * Until when somebody snoozes who chose from the menu, and what to tell them about it. It is counted from the press, so
 * that the same press, when it comes again, means the same moment.
 */
export async function snoozeEnd(
  { choice, pressedAt, user }: Extract<Press, { action: 'snooze' }>,
  address: string,
  desk: Desk,
): Promise<{ until: number; note?: string }> {
  const now = await desk.ledger.now();
  const from = Math.abs(now - pressedAt) > believedMs ? now : pressedAt;
  if (choice !== 'tomorrow') return { until: from + (choice === '1h' ? hourMs : 4 * hourMs) };
  const zone = await zoneOf(user.id, address, desk);
  const until = zone.ok ? tomorrowAtNine(from, zone.name) : undefined;
  if (until !== undefined) return { until };
  const inUtc = tomorrowAtNine(from, 'UTC') ?? from + 24 * hourMs;
  const why = zone.ok
    ? `I do not know your time zone, ${escaped(zone.name, 64)}`
    : `your time zone cannot be read (${zone.why})`;
  return { until: inUtc, note: `Snoozed until ${moment(inUtc)}, which is 9:00 UTC, since ${why}.` };
}

type Zone = { ok: true; name: string } | { ok: false; why: string };

/** https://docs.slack.dev/reference/methods/users.info needs the scope `users:read`. */
async function zoneOf(user: string, address: string, { channels, ask }: Desk): Promise<Zone> {
  const token = channels().get(address)?.token;
  if (token === undefined) return { ok: false, why: 'no token leads there' };
  const asked = await ask(token, (client) => client.users.info({ user }));
  if (!asked.ok) return { ok: false, why: escaped(asked.reason, 300) };
  const name = asked.value.user?.tz;
  return name ? { ok: true, name } : { ok: false, why: 'Slack does not name it' };
}
