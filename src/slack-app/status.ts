import { escaped, fittingLines, moment } from '../destinations/slack/mrkdwn.ts';
import type { Incident } from '../domain/incident/incident.ts';
import { leadOf } from '../domain/incident/settle.ts';
import { countWords } from '../domain/message/count-words.ts';
import type { Backlog } from '../ledger/history.ts';
import { codeOf } from './changing.ts';
import type { Desk } from './desk.ts';

const shown = 20;
const most = { open: 2_500, person: 100, name: 64, sources: 800 };

/** What is open, what was given up, and who was heard when. */
export async function statusText({ ledger, sources }: Pick<Desk, 'ledger' | 'sources'>): Promise<string> {
  const [{ items }, backlog] = await Promise.all([
    ledger.listIncidents({ limit: shown, open: true }),
    ledger.backlog(),
  ]);
  const { openIncidents, deadDeliveries, deadNotifications, unrouted, owed } = backlog;
  const lines = fittingLines(items.map(incidentLine), {
    units: most.open,
    lines: shown,
    of: Math.max(items.length, openIncidents),
  });
  return [
    openIncidents === 0 ? '*Nothing is open.*' : `*Open:* ${openIncidents}`,
    ...(openIncidents === 0 ? [] : lines),
    `*Dead letters:* ${countWords(deadDeliveries, 'delivery', 'deliveries')}, ${countWords(deadNotifications, 'notification')}`,
    `*Under way:* ${unrouted} to be routed, ${owed} to be told`,
    '*Sources last heard:*',
    ...sourceLines(backlog, sources()),
  ].join('\n');
}

function incidentLine(incident: Incident): string {
  const { key, episode, openedAt, acknowledged, snoozed } = incident;
  const severity = leadOf(incident.causes)?.severity ?? 'open';
  const since = openedAt === undefined ? '' : `, since ${moment(openedAt)}`;
  const who = acknowledged ? `, acknowledged by ${escaped(acknowledged.by, most.person)}` : '';
  const until = snoozed ? `, snoozed until ${moment(snoozed.until)}` : '';
  return `• ${severity}: \`${codeOf(key)}\` #${episode}${since}${who}${until}`;
}

function sourceLines({ heard }: Backlog, names: readonly string[]): string[] {
  const lines = names.map((name) => {
    const last = Object.hasOwn(heard, name) ? heard[name] : undefined;
    return `• ${escaped(name, most.name)}: ${last ? moment(last.lastAt) : 'never'}`;
  });
  return fittingLines(lines, { units: most.sources, lines: shown });
}
