import type { Incident } from '../../domain/incident/incident.ts';
import { groupCommit } from '../group-commit.ts';
import type { Commit, CommitAnswer, Inbox } from '../inbox.ts';
import { changeArguments } from './change-arguments.ts';
import { pairsOf } from './pairs.ts';
import { type Argument, byteLengthOf, readMs, type Store } from './store.ts';

/** Nearly as long as a routing holds its deliveries: after that the commit is another's. */
const commitMs = 8_000;

/** Commits, and the incidents they change. */
export function incidentsIn(store: Store): Pick<Inbox, 'commit' | 'readIncidents' | 'wakeable' | 'heartbeat'> {
  const commitGroup = store.script('commit');
  const wakeable = store.script('wakeable');
  const heartbeat = store.script('heartbeat');

  // A list is never split: the script knows what it refused only for the length of one call.
  const commitInGroup = groupCommit({
    run: async (group: List[]) => {
      const args = [store.channel, countIn(group), ...group.flatMap((list) => list.args)];
      const answers = (await commitGroup(args, { withinMs: commitMs, replicated: true })) as CommitAnswer[];
      return group.map((list) => answers.splice(0, list.count));
    },
    bytes: ({ args }) => byteLengthOf(args),
    weight: ({ count }) => count,
  });

  return {
    async commit(commits) {
      return commitInGroup({ count: commits.length, args: commits.flatMap(commitArguments) });
    },

    async readIncidents(keys) {
      if (keys.length === 0) return new Map();
      const found = await store.read((client) => client.hmget(store.column('incident'), ...keys));
      return new Map(incidentsOf(found).map((each) => [each.key, each]));
    },

    async wakeable(limit) {
      const [now, incidents, gaps, oldest] = (await wakeable([limit], { withinMs: readMs })) as WakeableReply;
      return {
        now,
        incidents: incidentsOf(incidents),
        ...(oldest !== null && { oldestUnroutedAt: Number(oldest) }),
        gaps: pairsOf(gaps).map(([from, until]) => ({ from: Number(from), until: Number(until) })),
      };
    },

    async heartbeat() {
      await heartbeat([], { withinMs: readMs });
    },
  };
}

/** Those that are there. */
export function incidentsOf(found: (string | null)[]): Incident[] {
  return found.flatMap((json) => (json === null ? [] : [JSON.parse(json) as Incident]));
}

type WakeableReply = [number, (string | null)[], string[], string | null];

/** What one call is given to commit. */
type List = { count: number; args: Argument[] };

function countIn(group: List[]): number {
  return group.reduce((sum, list) => sum + list.count, 0);
}

function commitArguments({ token, delivery, expects, incidents, ...change }: Commit): Argument[] {
  return [
    token,
    ...(delivery ? deliveryArguments(delivery) : [0]),
    expects.length,
    ...expects.flatMap(({ key, revision }) => [key, revision]),
    incidents.length,
    ...incidents.flatMap(incidentArguments),
    ...changeArguments(change),
  ];
}

function deliveryArguments({ seq, state, trace }: NonNullable<Commit['delivery']>): Argument[] {
  return [1, seq, state, JSON.stringify(trace), trace.error ?? ''];
}

function incidentArguments(incident: Incident): Argument[] {
  const { key, revision, open, wakeAt } = incident;
  return [key, revision, open ? 1 : 0, wakeAt ?? '', JSON.stringify(incident)];
}
