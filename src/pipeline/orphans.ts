import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Incident } from '../domain/incident/incident.ts';
import { isShadowKey } from '../domain/incident/lane.ts';
import type { Feeding } from '../domain/incident/orphans.ts';
import { isTooMany, markOrphans, wouldOrphan } from '../domain/incident/orphans.ts';
import { durationWords } from '../domain/message/duration.ts';
import { ownerNotice } from '../domain/notice.ts';
import { owedFor } from '../domain/telling/owed.ts';
import type { History } from '../ledger/history.ts';
import type { Commit, Inbox } from '../ledger/inbox.ts';

export type Orphans = {
  ledger: Inbox & Pick<History, 'listIncidents' | 'now'>;
  graceMs: number;
  /** The hash of the rules file in force. */
  file: string;
  owner: () => { address: string; destination: string } | undefined;
  log: Logger;
  newToken: () => string;
};

/** Read and judged in one go: what is larger would hold up deliveries meanwhile. */
const pageSize = 100;
const mostNamed = 5;

/**
 * Looks at all that is open: what no rule feeds any more is marked, to be ended when its grace is over, and the owner is
 * told; what is fed again is not marked any more. A mark that met a conflict is made at the next look.
 */
export async function lookForOrphans(orphans: Orphans, feeding: readonly Feeding[]): Promise<void> {
  const { ledger, log, newToken, graceMs } = orphans;
  const now = await ledger.now();
  const grace = { now, graceMs };
  const found: string[] = [];
  let isDifferent = false;
  for await (const incidents of openIncidents(ledger)) {
    const marked = incidents.flatMap((incident) => markOrphans(incident, feeding, grace) ?? []);
    if (marked.length > 0) isDifferent = true;
    found.push(...marked.filter((after) => isNewlyMarked(after, now)).map(({ key }) => key));
  }
  if (!isDifferent) return;
  // The owner first: who dies in between tells again, and that folds; the other way round nobody would be told.
  if (found.length > 0) await tellOwner(orphans, found, grace);
  for await (const incidents of openIncidents(ledger)) {
    const commits = incidents.flatMap((incident): Commit[] => {
      const marked = markOrphans(incident, feeding, grace);
      const expects = [{ key: incident.key, revision: incident.revision }];
      return marked ? [{ token: newToken(), expects, incidents: [marked], episodes: [], owed: [] }] : [];
    });
    if (commits.length > 0) await ledger.commit(commits);
  }
  log[found.length > 0 ? 'warn' : 'info']({ found: found.length, keys: found.slice(0, mostNamed) }, 'orphans.marked');
}

/** Nobody was told of what is in shadow, and nobody is of its end. */
function isNewlyMarked({ key, causes }: Incident, now: number): boolean {
  return !isShadowKey(key) && causes.some(({ orphan }) => orphan?.since === now);
}

async function tellOwner(
  { ledger, file, owner, newToken }: Orphans,
  keys: readonly string[],
  { now, graceMs }: { now: number; graceMs: number },
): Promise<void> {
  const place = owner();
  if (!place) return;
  const day = new Date(now).toISOString().slice(0, 10);
  const [what, it] =
    keys.length === 1 ? ['One open incident is', 'It is'] : [`${keys.length} open incidents are`, 'They are'];
  const until = `${it} ended in ${durationWords(graceMs)}, unless the rule comes back`;
  const words = `${what} fed by no rule any more: ${named(keys)}. ${until}.`;
  // The same keys of the same file are told once a day; others of it are news.
  const which = createHash('sha256').update(JSON.stringify(keys)).digest('hex');
  const about = `orphans:${day}:${file.slice(0, 16)}:${which.slice(0, 16)}`;
  const episode = ownerNotice({ about, words, severity: 'warning', now });
  const owed = owedFor({ change: 'opened', episode, joined: [place] }, [place]).map((each) => each.owed);
  await ledger.commit([{ token: newToken(), expects: [], incidents: [], episodes: [episode], owed }]);
}

function named(keys: readonly string[]): string {
  const more = keys.length - mostNamed;
  return [...keys.slice(0, mostNamed), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

/**
 * Why rules that these feed may not be put in force without a person's word; `undefined` when they may. What is an
 * orphan already was accepted before.
 */
export async function orphanRefusal(
  ledger: Pick<History, 'listIncidents'>,
  feeding: readonly Feeding[],
): Promise<string | undefined> {
  const orphaned: string[] = [];
  let open = 0;
  for await (const incidents of openIncidents(ledger)) {
    open += incidents.filter(({ key }) => !isShadowKey(key)).length;
    orphaned.push(...wouldOrphan(incidents.filter(isFed), feeding));
  }
  if (!isTooMany(orphaned.length, open)) return undefined;
  return (
    `it would leave ${orphaned.length} of ${open} open incidents without the rule that feeds them, and end them: ` +
    `${named(orphaned)}; if that is meant, say so: tocsin reload --accept-orphans`
  );
}

function isFed({ causes }: Incident): boolean {
  return causes.some(({ firing, orphan }) => firing && !orphan);
}

async function* openIncidents(ledger: Pick<History, 'listIncidents'>): AsyncGenerator<Incident[]> {
  let after: string | undefined;
  do {
    const page = await ledger.listIncidents({ open: true, limit: pageSize, ...(after === undefined ? {} : { after }) });
    yield page.items;
    after = page.next;
    // An engine in this process answers at once: others get their turn in between.
    await new Promise((resolve) => setImmediate(resolve));
  } while (after !== undefined);
}
