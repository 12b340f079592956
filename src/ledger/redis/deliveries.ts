import { randomUUID } from 'node:crypto';
import type { ClaimedDelivery, Inbox, Refusal, Unreadable } from '../inbox.ts';
import { dedupName } from './accept.ts';
import type { Argument, Store } from './store.ts';

const claimMs = 5_000;
const writeMs = 5_000;
/** A hook that buries answers within 3 s too. */
const buryMs = 2_500;
const keptRefusals = 100;

type Deliveries = Pick<Inbox, 'refuse' | 'bury' | 'claimDeliveries' | 'releaseDeliveries' | 'postpone'>;

/** What is turned away, and what is claimed for routing. */
export function deliveriesIn(store: Store): Deliveries {
  const refuse = store.script('refuse');
  const bury = store.script('bury');
  const claim = store.script('claim-deliveries');
  const giveBack = store.script('give-back');

  return {
    async refuse(refusals) {
      await refuse(refuseArguments(refusals), { withinMs: writeMs, token: randomUUID() });
    },

    async bury(letter) {
      await bury(buryArguments(letter), { withinMs: buryMs, replicated: true });
    },

    async claimDeliveries({ token, limit, leaseMs, holding }) {
      const args = [token, limit, leaseMs, holding.length, ...holding];
      return claimedOf((await claim(args, { withinMs: claimMs, token, asBytes: true })) as ClaimReply);
    },

    async releaseDeliveries(token, seqs, afterMs = 0) {
      await giveBack([store.channel, token, afterMs, 0, seqs.length, ...seqs], { withinMs: writeMs });
    },

    async postpone(token, seq, afterMs) {
      await giveBack([store.channel, token, afterMs, 1, 1, seq], { withinMs: writeMs });
    },
  };
}

function buryArguments({ source, body, digest, reason }: Unreadable): Argument[] {
  const head = JSON.stringify({ source, type: 'unreadable' });
  const id = `unreadable-${digest.slice(0, 16)}`;
  return [dedupName(['unreadable', source, digest]), digest, id, head, Buffer.from(body), reason];
}

function refuseArguments(refusals: Refusal[]): Argument[] {
  const counts = new Map<string, number>();
  for (const { code } of refusals) counts.set(code, (counts.get(code) ?? 0) + 1);
  const kept = refusals.slice(-keptRefusals);
  return [counts.size, ...[...counts].flat(), kept.length, ...kept.map((each) => JSON.stringify(each))];
}

type ClaimReply = [number, Buffer[], Buffer[], Buffer[], Buffer[], Buffer[], (Buffer | null)[]];

function claimedOf([now, seqs, ids, heads, bodies, received, failures]: ClaimReply) {
  const deliveries = seqs.map((seq, i): ClaimedDelivery => {
    const { source, type } = JSON.parse(String(heads[i])) as { source: string; type: string };
    const body = bodies[i] ?? Buffer.alloc(0);
    const receivedAt = Number(received[i]);
    return { seq: Number(seq), source, id: String(ids[i]), type, body, receivedAt, failures: Number(failures[i] ?? 0) };
  });
  return { now, deliveries };
}
