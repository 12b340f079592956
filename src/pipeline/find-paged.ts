import type { Answer, Paged } from '../domain/incident/answer.ts';
import type { Episode, Incident } from '../domain/incident/incident.ts';
import type { History, NotificationHistory } from '../ledger/history.ts';
import { attemptsKept } from '../ledger/history.ts';
import type { Asked, PageAlert, Unanswered } from '../sources/source.ts';

/** An incident of ours that was told at PagerDuty; without `episode`, only after what is asked about. */
export type FoundPaged = Omit<Paged, 'episode'> & { incident: Incident; episode: number | undefined };

export type PagedLedger = Pick<History, 'findIncident' | 'listIncidents'>;

/** What the page stands for. */
export type Found = {
  paged: FoundPaged[];
  /** Why nobody could say what else the page is made of. */
  asked?: Unanswered;
  /** It was said to be made of nothing of ours, and yet is known. */
  unnamed?: true;
  /** It names no key, and nobody can be asked. */
  unasked?: true;
};

/** By the key that it names; else by what is said when asked; else by what is remembered. */
export async function findPaged(
  answer: Answer,
  ask: ((pageId: string) => Promise<Asked>) | undefined,
  ledger: PagedLedger,
): Promise<Found> {
  const { page, key } = answer;
  if (!page) return { paged: [] };
  const named = key === undefined ? [] : await findByKeys(ledger, answer, [{ key }]);
  if (named.length > 0) return { paged: named };
  const asked = await ask?.(page.id);
  const listed = asked?.kind === 'alerts' ? await findByKeys(ledger, answer, asked.alerts) : [];
  if (listed.length > 0) return { paged: listed };
  const paged = await findById(ledger, answer);
  if (!asked) return { paged, unasked: true };
  if (asked.kind !== 'alerts') return { paged, asked };
  // What is of another account, or was moved to another page, has no alerts that this key may read.
  return paged.length > 0 ? { paged, unnamed: true } : { paged };
}

/** The incidents that were told under these keys, each once. */
async function findByKeys(ledger: PagedLedger, answer: Answer, alerts: readonly PageAlert[]): Promise<FoundPaged[]> {
  const found = new Map<string, FoundPaged>();
  for (const alert of alerts) {
    for (const key of incidentKeys(alert.key)) {
      const paged = await lookUnder(ledger, key, { answer, alert });
      // An alert of an earlier episode may stand beside that of this one.
      if (paged && found.get(key)?.episode === undefined) found.set(key, paged);
    }
  }
  return [...found.values()];
}

/** The key itself, and that of the incident whose episode goes under a key of its own. */
function incidentKeys(key: string): string[] {
  const own = /^(.+)#\d+$/s.exec(key)?.[1];
  return own === undefined ? [key] : [key, own];
}

type Sought = { answer: Answer; alert: PageAlert };

async function lookUnder(ledger: PagedLedger, key: string, sought: Sought): Promise<FoundPaged | undefined> {
  const found = await ledger.findIncident(key);
  if (!found?.incident) return undefined;
  const { incident, episodes } = found;
  const told = found.notifications.filter(isToldThere);
  const under = told.filter((each) => (each.told.ownKey ?? each.key) === sought.alert.key);
  if (under.length === 0) return undefined;
  const known = incident.pages?.find(({ id }) => id === sought.answer.page?.id)?.episode;
  const toldAt = (each: NotificationHistory) => toldAtOf(each, episodes);
  const before = under.filter((each) => isAfter({ ...each, toldAt: toldAt(each) }, sought, endsOf(episodes, under)));
  const episode = known ?? (before.length > 0 ? Math.max(...before.map((each) => each.number)) : undefined);
  const times = before.filter(({ number }) => number === episode).map(toldAt);
  return { incident, episode, ...onlyPlace(told, episode), ...byOurClock(times, sought.answer) };
}

/** Where PagerDuty's destinations are: the beginning of their addresses. */
const placePrefix = 'pagerduty:';

/** An attempt under way may have arrived: who is rung may be quicker than the answer. */
function isToldThere({ address, told, attempts }: NotificationHistory): boolean {
  return address.startsWith(placePrefix) && (told.opened !== 'no' || attempts.some(mayHaveOpened));
}

function mayHaveOpened({ act, result }: NotificationHistory['attempts'][number]): boolean {
  return act === undefined || (act === 'open' && (result === 'told' || result === 'ambiguous'));
}

/** Clocks of ours and of PagerDuty's are never quite together. */
const clocksApartMs = 60_000;

/**
 * What happened before it was told there happened to an earlier episode, and so did what was made of that. Where no
 * earlier one was there a moment before, it happened to this one, and our clock is ahead.
 */
function isAfter(told: { number: number; toldAt: number }, { answer, alert }: Sought, ends: Ends): boolean {
  const { number: toldNumber, toldAt } = told;
  const earliest = toldAt - clocksApartMs;
  if (alert.createdAt !== undefined && alert.createdAt < earliest) return false;
  const isClear = !ends.some(({ number, at }) => number < toldNumber && at >= earliest);
  return answer.at >= (isClear ? earliest : toldAt);
}

/** Where the attempt that opened it is no longer kept, it was told after the episode opened. */
function toldAtOf({ attempts, number }: NotificationHistory, episodes: readonly Episode[]): number {
  const opening = attempts.length < attemptsKept ? attempts.find(mayHaveOpened)?.startedAt : undefined;
  return opening ?? episodes.find((each) => each.number === number)?.openedAt ?? 0;
}

type Ends = { number: number; at: number }[];

/** Until when each of them can have stood there. */
function endsOf(episodes: readonly Episode[], under: readonly NotificationHistory[]): Ends {
  return under.map(({ number, attempts }) => {
    const end = episodes.find((each) => each.number === number)?.end?.at ?? 0;
    const told = attempts.flatMap(({ act, startedAt, endedAt = startedAt }) => (act === 'resolve' ? [endedAt] : []));
    return { number, at: Math.max(end, ...told) };
  });
}

/** Nothing is done to a page before it is there. */
function byOurClock(times: number[], { at }: Answer) {
  const toldAt = Math.min(...times);
  return Number.isFinite(toldAt) && at < toldAt ? { doneAt: toldAt } : {};
}

/** A webhook does not say at which of several destinations it happened. */
function onlyPlace(told: NotificationHistory[], episode: number | undefined): { there?: string } {
  const places = told.filter((each) => each.number === episode).map((each) => each.address);
  return places.length === 1 && places[0] !== undefined ? { there: places[0] } : {};
}

const perPage = 100;
const mostLooked = 1_000;

/**
 * The incidents one of whose pages this is known to be, in whichever episode: among the thousand that changed last of
 * those that are open, and as many of those that are over. News of what is over are nobody's.
 */
async function findById(ledger: PagedLedger, answer: Answer): Promise<FoundPaged[]> {
  const open = await findByIdAmong(ledger, answer, { open: true });
  return answer.what === 'news' ? open : [...open, ...(await findByIdAmong(ledger, answer, { open: false }))];
}

async function findByIdAmong(ledger: PagedLedger, { page }: Answer, { open }: { open: boolean }) {
  const found: FoundPaged[] = [];
  let after: string | undefined;
  for (let looked = 0; looked < mostLooked; looked += perPage) {
    const { items, next } = await ledger.listIncidents({ open, limit: perPage, ...(after ? { after } : {}) });
    for (const { key, pages } of items) {
      const episode = pages?.find((each) => each.id === page?.id)?.episode;
      if (episode === undefined) continue;
      const whole = await ledger.findIncident(key);
      if (whole?.incident) {
        const there = onlyPlace(whole.notifications.filter(isToldThere), episode);
        found.push({ incident: whole.incident, episode, ...there });
      }
    }
    if (next === undefined) break;
    after = next;
    // An engine in this process answers at once: others get their turn in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
}
