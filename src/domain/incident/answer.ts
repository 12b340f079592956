import { momentWords } from '../message/moment-words.ts';
import type { Incident, Page } from './incident.ts';
import { acknowledge, resolveByHand, unacknowledge } from './people.ts';
import type { Settled } from './settle.ts';

/** What somebody did to a page, where they were rung. */
export type Answer = {
  /** The sender's word for it. */
  type: string;
  /** `news`: something about a page that changes nothing here. `nothing`: not about a page. */
  what: 'acknowledged' | 'unacknowledged' | 'resolved' | 'merged' | 'reopened' | 'news' | 'nothing';
  at: number;
  /** The person; left out where it was none: our own word that comes back, or something automatic. */
  by?: string;
  page?: Omit<Page, 'episode' | 'saidAt'>;
  /** What the page was told under, where it was told under one key. */
  key?: string;
  /** The page that its alerts were moved to. */
  mergedInto?: string;
  notes: string[];
};

/**
 * The episode that the page stands for; `there`: the only address where it was told of, if it is the only one; `doneAt`:
 * when it was done by our clock, if that is ahead of theirs.
 */
export type Paged = { episode: number; there?: string; doneAt?: number };

/** What follows for one incident: in words, and the change, if any, which people need not see. */
export type Heard = { words: string; after?: Settled };

/** What an answer does to the incident that the page stands for. */
export function hearAnswer(before: Incident, answer: Answer, paged: Paged): Heard {
  const incident = withPage(before, answer, paged.episode);
  const done = whatFollows({ before, incident, answer, paged });
  if (typeof done !== 'string') return { words: answer.what, after: done };
  if (incident === before) return { words: done };
  const known = { ...incident, revision: before.revision + 1 };
  return { words: done, after: { incident: known, change: 'none', joined: [] } };
}

type Hearing = { before: Incident; incident: Incident; answer: Answer; paged: Paged };

function whatFollows({ before, incident, answer, paged }: Hearing): Settled | string {
  const { what, by } = answer;
  const { doneAt: at = answer.at, ...told } = paged;
  switch (what) {
    case 'acknowledged': {
      if (by === undefined) return `acknowledged ${byNobody}`;
      const act = { by, at, ...told };
      return newerWords(before, answer) ?? raisedWords(before, at) ?? acknowledge(incident, act);
    }
    case 'unacknowledged':
      return (
        newerWords(before, answer) ??
        takenWords(before, at) ??
        unacknowledge(incident, { by: by ?? '', at, episode: paged.episode })
      );
    case 'resolved':
      if (by === undefined) return `resolved ${byNobody}`;
      return (isOver(before, paged) ? undefined : badWords(before, at)) ?? resolveByHand(incident, { by, at, ...told });
    case 'merged':
      return `merged into ${answer.mergedInto ?? 'another'} there: it goes on`;
    case 'reopened':
      return isOver(before, paged) ? 'over here, and stays so: nothing is reopened' : 'open here too';
    default:
      return 'nothing follows from it here';
  }
}

/** What is over is for the rules to say, and for people. */
const byNobody = 'by nobody in person, as are our own words that come back: nothing follows';

/** The episode that the page stands for has ended. */
export function isOver({ open, episode }: Incident, paged: Paged): boolean {
  return !open || paged.episode !== episode;
}

const mostPages = 5;

/**
 * The incident with what the answer says of the page. A page that was reopened stands for no episode that is over: the
 * next one may be told in it.
 */
function withPage(incident: Incident, answer: Answer, episode: number): Incident {
  const { page, what, at, mergedInto } = answer;
  if (!page) return incident;
  const { pages = [] } = incident;
  const known = pages.find(({ id }) => id === page.id);
  const others = pages.filter((each) => each !== known);
  if (isOver(incident, { episode })) {
    return what === 'reopened' && known ? { ...incident, pages: others } : incident;
  }
  if (what === 'merged') {
    const into = mergedInto === undefined ? [] : [{ id: mergedInto, episode }];
    return { ...incident, pages: [...others.filter(({ id }) => id !== mergedInto), ...into] };
  }
  const isSaid = what === 'acknowledged' || what === 'unacknowledged';
  const saidAt = isSaid ? Math.max(at, known?.saidAt ?? at) : known?.saidAt;
  const heard: Page = { ...page, episode, ...(saidAt === undefined ? {} : { saidAt }) };
  return isSame(heard, known) ? incident : { ...incident, pages: [...others, heard].slice(-mostPages) };
}

function isSame(page: Page, known: Page | undefined): boolean {
  const names = ['episode', 'number', 'url', 'priority', 'assigned', 'saidAt'] as const;
  return known !== undefined && names.every((name) => page[name] === known[name]);
}

/** Deliveries may change places on their way. */
function newerWords({ pages }: Incident, { page, what, at }: Answer): string | undefined {
  const saidAt = pages?.find(({ id }) => id === page?.id)?.saidAt ?? at;
  return saidAt > at ? `${what} before what was heard of it last, at ${momentWords(saidAt)}` : undefined;
}

/** What was taken on since then, there or anywhere else, was not let go of. */
function takenWords({ acknowledged }: Incident, at: number): string | undefined {
  if (!acknowledged || acknowledged.at <= at) return undefined;
  return `unacknowledged before ${acknowledged.by} acknowledged it, at ${momentWords(acknowledged.at)}`;
}

/** Who had it in hand had not seen that it became worse. */
function raisedWords({ changes }: Incident, at: number): string | undefined {
  const raised = changes?.find((change) => change.what === 'raised' && change.at > at);
  return raised && `acknowledged before its severity was raised at ${momentWords(raised.at)}`;
}

/** What happened after it was resolved is not resolved. */
function badWords({ causes }: Incident, at: number): string | undefined {
  const rings = causes.flatMap(({ firing, ring }) => (firing ? ring : []));
  const bad = rings.findLast((entry) => entry.verdict === 'match' && entry.at > at);
  return bad && `resolved before it was bad again at ${momentWords(bad.at)}: it goes on`;
}
