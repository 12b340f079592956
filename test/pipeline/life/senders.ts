import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { second } from '../open-store.ts';
import { sentBody } from './sent-body.ts';
import type { Send } from './step.ts';

export type Sent = { source: string; id: string; seq: number };

/** Those who send deliveries, and what of them was accepted. */
export type Senders = {
  sent: readonly Sent[];
  send(what: Omit<Send, 'do'>): Promise<void>;
  /** Once more, with its bytes or with others. */
  resend(which: number, altered: boolean): Promise<void>;
};

type Made = { source: string; id: string; type: string; body: Buffer };

export function openSenders(ledger: Pick<Ledger, 'accept'>, now: () => number, newToken: () => string): Senders {
  const sent: (Sent & Made)[] = [];

  function accept({ source, id, type, body }: Made) {
    const digest = createHash('sha256').update(body).digest('hex');
    return ledger.accept({ source, id, type, body, digest, token: newToken() });
  }

  return {
    sent,
    async send({ agoS, ...what }) {
      const id = `delivery-${sent.length + 1}`;
      const { source, type, body } = sentBody(what, { id, atMs: now() - agoS * second });
      const made = { source, id, type, body: Buffer.from(JSON.stringify(body)) };
      const answer = await accept(made);
      if (answer.status !== 'accepted') throw new Error(`${id} is new, and was ${answer.status}`);
      sent.push({ ...made, seq: answer.seq });
    },
    async resend(which, altered) {
      const one = sent[which % Math.max(1, sent.length)];
      if (!one) return;
      const body = altered ? Buffer.concat([one.body, Buffer.from(' ')]) : one.body;
      expect(await accept({ ...one, body })).toEqual({ status: 'duplicate', altered });
    },
  };
}
