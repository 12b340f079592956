import type { Episode } from '../../domain/incident/incident.ts';
import { isShadowKey } from '../../domain/incident/lane.ts';
import { messageOf } from '../../domain/message/message.ts';
import type { Arrived, Standing } from '../../domain/routing.ts';
import type { Ways } from '../../domain/telling/notification.ts';
import type { Speaker } from '../arrived.ts';
import type { ChangedThen, Stage } from './rehearse.ts';
import { rehearse } from './rehearse.ts';
import type { ToldThen } from './rehearsed-telling.ts';

/** What is played by a rules file: how it routes, what its destinations can do, and its sources. */
export type PlayedStage = {
  standing: Standing;
  ways: (address: string) => Ways;
  speakers: ReadonlyMap<string, Speaker>;
};

/** One episode or notice at one address, as it would have been told. */
export type Telling = {
  rule: string;
  destination: string;
  address: string;
  key: string;
  kind: Episode['kind'];
  at: number;
  /** Left out where it would still be open. */
  endedAt?: number;
  /** It called somebody out. */
  paged: boolean;
  /** New ones in the channel: edits, and replies below, are none. */
  messages: number;
  severity: Episode['severity'];
  title: string;
};

/** How often a key opened, and how often of these soon after it was over. */
export type Opened = { rule: string; times: number; again: number; endedAt?: number };

/** What came of it. */
export type Played = {
  tellings: Telling[];
  opened: Map<string, Opened>;
  /** Deliveries of sources that are not in the file, by source. */
  unknownSources: Map<string, number>;
  /** Deliveries of which the routing threw. */
  failed: number;
};

export type Play = {
  played: Played;
  hear(arrived: Arrived): void;
  ignore(source: string): void;
  /** Time passes until then, and nothing more is heard. */
  end(at: number): void;
};

/** An incident that opens again so soon was hardly over. */
const againWithinMs = 86_400_000;

/** Plays deliveries by a rules file, in a time of their own, and keeps what would have been told. */
export function play({ standing, ways }: PlayedStage, gaps: NonNullable<Stage['gaps']>): Play {
  const played: Played = { tellings: [], opened: new Map(), unknownSources: new Map(), failed: 0 };
  const senders = sendersIn(standing);
  const paging = new Set([...standing.places.values()].filter(({ pages }) => pages).map(({ address }) => address));
  /** Those that are not over, by key and address. */
  const standingOpen = new Map<string, Map<string, Telling>>();

  function told({ act, at, address, destination, episode }: ToldThen): void {
    const { key } = episode;
    if (act !== 'open' && act !== 'notice') {
      const telling = standingOpen.get(key)?.get(address);
      const isNew = (act === 'update' || act === 'resolve') && !ways(address).edits;
      if (telling && isNew) telling.messages += 1;
      if (telling && act === 'resolve') standingOpen.get(key)?.delete(address);
      return;
    }
    const paged = act === 'open' && paging.has(address);
    const { kind, severity } = episode;
    const { title } = messageOf(episode);
    const rule = senderOf(episode, address, senders);
    const messages = paged ? 0 : 1;
    const telling: Telling = { rule, destination, address, key, kind, at, paged, messages, severity, title };
    played.tellings.push(telling);
    if (act === 'notice') return;
    const there = standingOpen.get(key) ?? new Map<string, Telling>();
    standingOpen.set(key, there.set(address, telling));
  }

  function changed({ what, at, episode }: ChangedThen): void {
    const { key } = episode;
    if (what === 'ended') {
      const opened = played.opened.get(key);
      if (opened) opened.endedAt = at;
      for (const telling of standingOpen.get(key)?.values() ?? []) telling.endedAt ??= at;
    } else if (what === 'opened') {
      const { times = 0, again = 0, endedAt = Number.NEGATIVE_INFINITY } = played.opened.get(key) ?? {};
      const isAgain = at - endedAt <= againWithinMs;
      played.opened.set(key, { rule: episode.said.rule, times: times + 1, again: again + Number(isAgain) });
    }
  }

  const rehearsal = rehearse({ standing, ways, gaps, told, changed });
  return {
    played,
    hear(arrived) {
      try {
        rehearsal.hear(arrived);
      } catch {
        // As in the service, where it would be a dead letter and change nothing.
        played.failed += 1;
      }
    },
    ignore(source) {
      played.unknownSources.set(source, (played.unknownSources.get(source) ?? 0) + 1);
    },
    end(at) {
      rehearsal.passUntil(at);
      rehearsal.tellRest();
    },
  };
}

/** By rule, the addresses that it may send to. */
function sendersIn({ rules, places }: Standing): Map<string, Set<string>> {
  return new Map(
    rules.rules.map(({ id, to }) => [id, new Set(to.flatMap((label) => places.get(label)?.address ?? []))]),
  );
}

/** The first that fires and sends there. */
function senderOf({ firing, said }: Episode, address: string, senders: ReadonlyMap<string, Set<string>>): string {
  return firing.find(({ rule }) => senders.get(rule)?.has(address))?.rule ?? said.rule;
}

/** Of causes in shadow nobody is told: how often each rule would have opened something. */
export function shadowOpenings({ opened }: Played): Map<string, number> {
  const found = new Map<string, number>();
  for (const [key, { rule, times }] of opened) {
    if (isShadowKey(key)) found.set(rule, (found.get(rule) ?? 0) + times);
  }
  return found;
}
