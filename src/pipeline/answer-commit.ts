import type { Answer } from '../domain/incident/answer.ts';
import { hearAnswer, isOver } from '../domain/incident/answer.ts';
import type { Episode, Rung } from '../domain/incident/incident.ts';
import type { Settled } from '../domain/incident/settle.ts';
import { ownerNotice } from '../domain/notice.ts';
import { owedFor } from '../domain/telling/owed.ts';
import type { Trace } from '../domain/trace.ts';
import { fittingTrace } from '../domain/trace.ts';
import type { ClaimedDelivery, Commit } from '../ledger/inbox.ts';
import type { Found, FoundPaged } from './find-paged.ts';

type Answered = {
  delivery: ClaimedDelivery;
  answer: Answer;
  found: Found;
  now: number;
  owner: Rung | undefined;
};

/** What follows from an answer, as one step, and what its line in the log says of that. */
export function commitOf({ delivery, answer, found, now, owner }: Answered) {
  const trace: Trace = {
    notes: [...answer.notes, ...aboutPage(answer, found)],
    rules: [],
    deaf: 0,
    incidents: [],
    owed: [],
  };
  const step: Omit<Commit, 'token' | 'delivery'> = { expects: [], incidents: [], episodes: [], owed: [] };
  for (const paged of found.paged) {
    const { incident, episode, ...where } = paged;
    step.expects.push({ key: incident.key, revision: incident.revision });
    if (episode === undefined) {
      trace.notes.push(`${incident.key}: told there only after that: nothing follows`);
      continue;
    }
    const { words, after } = hearAnswer(incident, answer, { episode, ...where });
    trace.notes.push(`${incident.key} #${episode}: ${words}`);
    if (after) addChange(step, trace, { before: paged, after });
  }
  const over = answer.what === 'reopened' ? found.paged.flatMap(overIn) : [];
  if (owner && over.length > 0) addWord(step, reopenedNotice(answer, over, now), owner);
  const routed = { seq: delivery.seq, state: 'routed' as const, trace: fittingTrace(trace) };
  return { commit: { ...step, delivery: routed }, line: { what: answer.what, incidents: trace.incidents } };
}

type Step = Omit<Commit, 'token' | 'delivery'>;

/** An end is owed to whoever was rung until then. */
function addChange(step: Step, trace: Trace, { before, after }: { before: FoundPaged; after: Settled }): void {
  const { incident, change, episode } = after;
  step.incidents.push(incident);
  if (!episode) return;
  step.episodes.push(episode);
  trace.incidents.push({ key: incident.key, episode: episode.number, change });
  const rung = change === 'ended' ? before.incident.rung : incident.rung;
  for (const { owed, what } of owedFor(after, rung)) {
    step.owed.push(owed);
    trace.owed.push({ destination: owed.destination, key: owed.key, episode: owed.number, what });
  }
}

function addWord(step: Step, notice: Episode, owner: Rung): void {
  step.episodes.push(notice);
  const owed = owedFor({ change: 'opened', episode: notice, joined: [owner] }, [owner]);
  step.owed.push(...owed.map((each) => each.owed));
}

type Over = { key: string; episode: number };

function overIn({ incident, episode }: FoundPaged): Over[] {
  return episode !== undefined && isOver(incident, { episode }) ? [{ key: incident.key, episode }] : [];
}

const mostKeys = 3;

/** Once for each page and what it stood for, however many that were. */
function reopenedNotice({ page, by }: Answer, over: readonly Over[], now: number) {
  const who = by === undefined ? '' : ` by ${by}`;
  const [is, stays, opens] = over.length === 1 ? ['it is', 'stays', 'It opens'] : ['they are', 'stay', 'They open'];
  const words =
    `${pageWords(page)}, of ${keysIn(over)}, was reopened there${who}; here ${is} over, and ${stays} so. ` +
    `${opens} again with the next event that is bad; until then that page is theirs who reopened it.`;
  const episodes = over.map(({ key, episode }) => `${key}#${episode}`).toSorted();
  const about = `reopened:${page?.id ?? ''}:${episodes.join(',')}`.slice(0, 200).toWellFormed();
  return ownerNotice({ about, words, severity: 'warning', now });
}

function keysIn(over: readonly Over[]): string {
  const keys = over.slice(0, mostKeys).map(({ key }) => key);
  const more = over.length > mostKeys ? [`${over.length - mostKeys} more`] : [];
  const [last = '', ...others] = [...keys, ...more].toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}

function aboutPage(answer: Answer, { paged, asked, unasked, unnamed }: Found): string[] {
  const { type, page, by } = answer;
  if (!page) return [`${type}: nothing follows from it here`];
  const { priority, assigned } = page;
  const shown = [
    `${pageWords(page)}: ${type}${by === undefined ? '' : ` by ${by}`}`,
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(assigned === undefined ? [] : [`assigned to ${assigned}`]),
  ].join(', ');
  if (unnamed) return [shown, 'by what is remembered of it, since PagerDuty names no key of ours for it now'];
  if (paged.length > 0) {
    return asked ? [shown, `by what is remembered of it, since nobody could be asked: ${asked.reason}`] : [shown];
  }
  if (asked) return [shown, `whether it is ours could not be asked: ${asked.reason}`];
  const why = unasked ? 'it names no key of ours, and without PD_API_TOKEN nobody can be asked' : 'it is none of ours';
  return [shown, why];
}

function pageWords(page: Answer['page']): string {
  const number = page?.number === undefined ? '' : ` #${page.number}`;
  return `PagerDuty's incident${number} (${page?.id ?? ''})`;
}
