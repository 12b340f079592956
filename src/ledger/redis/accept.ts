import { createHash } from 'node:crypto';
import { groupCommit } from '../group-commit.ts';
import type { Accepted, Inbox, NewDelivery } from '../inbox.ts';
import type { Argument, Store } from './store.ts';
import { tooLate, within } from './until-answered.ts';

/** A hook answers within 3 s. */
const acceptMs = 2_500;

type Waiting = { args: Argument[]; bytes: number; until: number };
type Reply = ['accepted', number] | ['duplicate', number] | ['full'];

/** Accepts in groups: one script call for what waits in one turn. */
export function acceptIn(store: Store, backlogLimit: number): Inbox['accept'] {
  const accept = store.script('accept');

  /** One that waited too long is not sent and has no answer: in an outage they would pile up. */
  async function run(group: Waiting[]): Promise<(Accepted | undefined)[]> {
    const live = group.filter((each) => performance.now() < each.until);
    if (live.length === 0) return group.map(() => undefined);
    const args = [store.channel, backlogLimit, live.length, ...live.flatMap((each) => each.args)];
    const replies = (await accept(args, { withinMs: acceptMs, replicated: true })) as Reply[];
    const answers = new Map(live.map((each, i) => [each, acceptedOf(replies[i])]));
    return group.map((each) => answers.get(each));
  }

  const acceptInGroup = groupCommit({ run, bytes: (each: Waiting) => each.bytes });
  return async (delivery) => {
    const waiting = {
      args: acceptArguments(delivery),
      bytes: delivery.body.byteLength,
      until: performance.now() + acceptMs,
    };
    const answer = await within(acceptMs, acceptInGroup(waiting));
    if (!answer) throw tooLate(acceptMs);
    return answer;
  };
}

/** Kept for five weeks for each delivery there ever was: a hash of 128 bits is short, and enough. */
export function dedupName(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16).toString('base64url');
}

function acceptArguments({ source, id, type, body, digest, token }: NewDelivery): Argument[] {
  const head = JSON.stringify({ source, type });
  return [dedupName([source, id]), token, digest, source, id, head, Buffer.from(body)];
}

function acceptedOf(reply: Reply | undefined): Accepted {
  if (reply?.[0] === 'accepted') return { status: 'accepted', seq: reply[1] };
  if (reply?.[0] === 'duplicate') return { status: 'duplicate', altered: reply[1] === 1 };
  return { status: 'full' };
}
