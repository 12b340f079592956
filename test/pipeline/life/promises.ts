import { expect } from 'vitest';
import type { Episode } from '../../../src/domain/incident/incident.ts';
import { messageOf } from '../../../src/domain/message/message.ts';
import type { NotificationHistory } from '../../../src/ledger/history.ts';
import type { Arrival, Place } from './place.ts';
import { domainOf } from './sent-body.ts';
import type { Town } from './town.ts';
import { episodeId } from './witness.ts';

/** What one place was told about one episode, as the ledger has it and as it stands there. */
type Telling = { notification: NotificationHistory; episode: Episode; place: Place; arrivals: Arrival[] };

/** Once nothing is owed any more: what was promised, held against what stands at the places and in the ledger. */
export async function expectPromises(town: Town): Promise<void> {
  const tellings = await tellingsOf(town);
  await expectNothingLeft(town);
  await expectAllRouted(town);
  await expectAsWitnessed(town, tellings);
  for (const telling of tellings) {
    expectOpenedOnce(telling);
    if (telling.notification.state === 'dead') expectGivenUp(telling, tellings);
    else expectTruth(telling);
  }
  const pager = town.places.get('pager');
  if (pager) expectPages(pager, tellings);
}

/** After all is clear: nobody who was told that something is open was not told that it is over. */
export async function expectNothingOpen({ ledger, places }: Town): Promise<void> {
  const { items } = await ledger.listIncidents({ limit: 100, open: true });
  expect(items).toEqual([]);
  expect(await ledger.listNotifications({ limit: 1, state: 'dead' })).toEqual({ items: [] });
  for (const place of places.values()) expect(place.ways.folds ? openPages(place) : []).toEqual([]);
}

/** After all is bad: whatever had happened, everybody whom the rules name is told, under the key or one of its own. */
export async function expectAllRung({ ledger }: Town): Promise<void> {
  for (const about of ['a', 'b'] as const) {
    const { incident, notifications = [] } = (await ledger.findIncident(`mail:${domainOf(about)}`)) ?? {};
    const told = notifications.filter(({ number }) => number === incident?.episode);
    const rung = told.flatMap(({ destination, told: { parts } }) => (parts.length > 0 ? [destination] : []));
    expect({ open: incident?.open, rung: rung.sort() }).toEqual({ open: true, rung: ['chat', 'pager', 'post'] });
  }
}

async function tellingsOf({ ledger, places }: Town): Promise<Telling[]> {
  const { items, next } = await ledger.listNotifications({ limit: 1_000 });
  expect(next).toBeUndefined();
  const found = await Promise.all(items.map(({ id }) => ledger.findNotification(id)));
  return found.flatMap((each): Telling[] => {
    const place = [...places.values()].find(({ address }) => address === each?.notification.address);
    if (!each || !place) throw new Error('a notification that is listed is not found');
    const { id } = each.notification;
    return [{ ...each, place, arrivals: place.arrivals.filter(({ order }) => order.notificationId === id) }];
  });
}

async function expectNothingLeft({ ledger }: Town): Promise<void> {
  const { unrouted, owed, deadDeliveries } = await ledger.backlog();
  expect({ unrouted, owed, deadDeliveries }).toEqual({ unrouted: 0, owed: 0, deadDeliveries: 0 });
  expect(await ledger.owedAddresses()).toEqual([]);
  const { now: _now, ...nothing } = await ledger.claimDeliveries({ token: 'left', limit: 1, leaseMs: 1, holding: [] });
  expect(nothing).toEqual({ deliveries: [] });
  expect((await ledger.wakeable(1)).incidents).toEqual([]);
}

async function expectAllRouted({ ledger, sent, witness }: Town): Promise<void> {
  const { items } = await ledger.listDeliveries({ limit: 1_000 });
  expect(items.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(sent.map(({ seq }) => seq));
  for (const { id, seq } of sent) {
    const [delivery] = await ledger.findDeliveries(id);
    expect(delivery).toMatchObject({ state: 'routed', trace: { rules: expect.any(Array) } });
    expect(witness.routed.get(seq), `how often ${id} was routed`).toBe(1);
  }
}

/** What was committed is what is kept, to the letter. */
async function expectAsWitnessed({ ledger, witness }: Town, tellings: Telling[]): Promise<void> {
  const kept = await ledger.readIncidents([...witness.incidents.keys()]);
  expect(kept).toEqual(witness.incidents);
  for (const { episode } of tellings) expect(episode).toEqual(witness.episodes.get(episodeId(episode)));
}

/** What came after its lease, from a process that then died, nobody can know of. */
const isKnowable = ({ isLate, isRecorded }: Arrival) => !isLate || isRecorded;

const isOpening = ({ order }: Arrival) => order.act === 'open' || order.act === 'notice';

/** Attempts of which it stands in the history that nobody knows whether they arrived, or that came too late. */
function unsureOf({ attempts }: NotificationHistory) {
  return attempts.filter(({ result, late }) => result === undefined || result === 'ambiguous' || late);
}

/** Edits that were refused, so that what stood there was left as it was, and told anew. */
function leftAsTheyWere({ attempts }: NotificationHistory) {
  return attempts.filter(({ act, result }) => result === 'refused' && (act === 'update' || act === 'resolve'));
}

/** Told once, but for what is marked: nobody knew, or what was told had been deleted, or could not be edited. */
function expectOpenedOnce({ notification, episode, place, arrivals }: Telling): void {
  const opened = arrivals.filter(isOpening);
  const deleted = opened.filter(({ ref }) => place.deleted.has(ref));
  const gone = deleted.length + leftAsTheyWere(notification).length;
  const what = `how often ${place.name} was told that ${episodeId(episode)} opened`;
  expect(opened.length, what).toBeLessThanOrEqual(1 + gone + unsureOf(notification).length);
  if (!place.ways.finds || place.unfindable.has(notification.id)) return;
  // What can be looked for is told again only where a late call came after the look.
  const afterLook = opened.filter(({ isLate, isDelayed }) => isLate || isDelayed);
  expect(opened.length, what).toBeLessThanOrEqual(1 + gone + afterLook.length);
}

/** Only what was refused is given up, and an end is a word to the owner. */
function expectGivenUp({ notification, episode, place }: Telling, tellings: Telling[]): void {
  const last = notification.attempts.findLast(({ result }) => result !== undefined);
  expect(last?.result, `why ${episodeId(episode)} was given up at ${place.name}`).toBe('refused');
  if (!episode.end || notification.key.startsWith('owner:')) return;
  const words = tellings.filter(({ notification: { key } }) => {
    return key.startsWith('owner:dead:') && key.includes(notification.id);
  });
  expect(words, `that ${place.name} was not told that ${episodeId(episode)} is over`).not.toEqual([]);
}

function expectTruth(telling: Telling): void {
  const { place } = telling;
  expect(telling.notification.state).toBe('settled');
  if (telling.episode.kind === 'notice') expect(telling.arrivals, `notices at ${place.name}`).not.toEqual([]);
  else if (!place.ways.edits) expectLastPost(telling);
  else if (!place.ways.folds) expectMessages(telling);
}

/** Each message we know of says what is true; while it is not over there is one. */
function expectMessages({ notification, episode, place, arrivals }: Telling): void {
  const { told, attempts, id } = notification;
  const truth = messageOf(episode, { address: place.address });
  const left = leftAsTheyWere(notification);
  const heardOf = left.length > 0 ? [] : attempts.flatMap(({ act, ref }) => (act === 'find' ? [] : ref));
  const known = new Set([...told.parts.map(({ ref }) => ref), ...heardOf]);
  const roots = [...new Set(arrivals.map(({ ref }) => ref))];
  const standing = roots.filter((ref) => !place.deleted.has(ref));
  for (const ref of standing.filter((each) => known.has(each))) {
    const said = arrivals.findLast((each) => each.ref === ref && isKnowable(each))?.order.message;
    expect(said, `what ${ref} says of ${episodeId(episode)}`).toEqual(truth);
  }
  const strangers = standing.filter((ref) => !known.has(ref));
  const marked = unsureOf(notification).length + left.length;
  expect(strangers.length, `messages nobody knows of, of ${id}`).toBeLessThanOrEqual(marked);
  if (!episode.end) expect(told.parts, `what was told of ${episodeId(episode)} at ${place.name}`).not.toEqual([]);
  expectReplies({ notification, episode, place });
}

/** What changed since it was told stands below it, once. */
function expectReplies({ notification, episode, place }: Omit<Telling, 'arrivals'>): void {
  const { told, id } = notification;
  const [root] = told.parts;
  if (!root || place.deleted.has(root.ref)) return;
  const replies = place.arrivals.filter(({ order }) => order.act === 'reply' && order.ref === root.ref);
  const mine = replies.filter(({ order }) => order.notificationId.startsWith(`${id}:`));
  const revisions = mine.flatMap(({ order }) => order.change?.revision ?? []);
  const dropped = told.replies?.flatMap(({ of, dropped: isDropped }) => (isDropped ? of : [])) ?? [];
  const newest = Math.max(...revisions, ...dropped);
  const owed = (episode.changes ?? []).filter(({ what, revision }) => {
    if (what === 'snoozed' || revision <= (told.since ?? 0) || dropped.includes(revision)) return false;
    // A rise that was held back until something newer was told is not told after it.
    return what !== 'raised' || revision > newest;
  });
  expect(revisions, `replies about ${episodeId(episode)}`).toEqual(
    expect.arrayContaining(owed.map(({ revision }) => revision)),
  );
  const twice = revisions.length - new Set(revisions).size;
  expect(twice, `replies told twice about ${episodeId(episode)}`).toBeLessThanOrEqual(unsureOf(notification).length);
}

/** Where nothing can be edited, the last message of an episode says whether it is over, or else how severe it is. */
function expectLastPost({ episode, place, arrivals }: Telling): void {
  const last = arrivals.findLast(isKnowable)?.order.message;
  const truth = messageOf(episode, { address: place.address });
  if (episode.end && !last) return;
  const { state, severity } = truth;
  expect(last, `the last that ${place.name} was told of ${episodeId(episode)}`).toMatchObject(
    episode.end ? { state } : { state, severity },
  );
}

type Page = { key: string; message: Arrival['order']['message']; isAcknowledged: boolean };

/** What is open there, by dedup key. */
function openPages({ arrivals }: Place): Page[] {
  const pages = new Map<string, Page>();
  for (const { order } of arrivals.filter(isKnowable)) {
    const { act, key, message } = order;
    const page = pages.get(key);
    if (act === 'resolve') pages.delete(key);
    else if (act === 'acknowledge' && page) pages.set(key, { ...page, isAcknowledged: true });
    else if (act === 'open' || act === 'update') {
      pages.set(key, { key, message, isAcknowledged: page?.isAcknowledged ?? false });
    }
  }
  return [...pages.values()];
}

/** An incident is open there if and only if ours is, under its key or one of its own, and says what is true. */
function expectPages(pager: Place, tellings: Telling[]): void {
  const paged = tellings.filter(({ place, episode }) => place === pager && episode.kind === 'incident');
  const given = new Set(paged.flatMap(({ notification: { state, key } }) => (state === 'dead' ? [key] : [])));
  const isKnown = (key: string) => !given.has(key);
  const truths = paged.filter(({ episode, notification }) => !episode.end && isKnown(notification.key));
  const open = openPages(pager).filter(({ message }) => isKnown(message.key));
  expect(open.map(({ key }) => key).sort(), 'what is open at the pager').toEqual(
    truths.map(({ notification: { key, told } }) => told.ownKey ?? key).sort(),
  );
  for (const { notification, episode } of truths) {
    const page = open.find(({ key }) => key === (notification.told.ownKey ?? notification.key));
    // That somebody has it is told by a call of its own, and of a snooze a page says nothing.
    const { acknowledged: _told, snoozed: _unsaid, ...said } = page?.message ?? {};
    const { acknowledged, snoozed: _unsayable, ...truth } = messageOf(episode, { address: pager.address });
    expect(said, `what the page says of ${episodeId(episode)}`).toEqual(truth);
    const isGivenUp = notification.attempts.some(({ act, result }) => act === 'acknowledge' && result === 'refused');
    if (acknowledged && !isGivenUp)
      expect(page?.isAcknowledged, `${episodeId(episode)} is acknowledged there`).toBe(true);
  }
}
