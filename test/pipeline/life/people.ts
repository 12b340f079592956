import { acknowledge, resolveByHand, snooze, unacknowledge } from '../../../src/domain/incident/people.ts';
import type { Silence } from '../../../src/domain/telling/silence.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { PersonsChange } from '../../../src/pipeline/people.ts';
import { changeIncident } from '../../../src/pipeline/people.ts';
import { second } from '../open-store.ts';
import { domainOf } from './sent-body.ts';
import type { Step } from './step.ts';

/** What a person may do. */
export type Done = Extract<
  Step,
  { do: 'acknowledge' | 'unacknowledge' | 'resolve' | 'snooze' | 'silence' | 'expire' | 'redeliver' }
>;

/** A silence as whoever made it means it: one domain, or one severity. */
export type Meant = Pick<Silence, 'id' | 'startsAt' | 'endsAt'> & { domain?: string; severity?: string };

/** Those who look after incidents from the command line. */
export type People = { silences: ReadonlyMap<string, Meant>; do(what: Done): Promise<void> };

export function openPeople(ledger: Ledger, now: () => number): People {
  const silences = new Map<string, Meant>();

  async function change(about: 'a' | 'b', change: PersonsChange): Promise<void> {
    await changeIncident(ledger, `mail:${domainOf(about)}`, change);
  }

  async function silence({ of, inS, forS }: Extract<Step, { do: 'silence' }>): Promise<void> {
    const meant = of === 'a' || of === 'b' ? { domain: domainOf(of) } : { severity: of };
    const filter = 'domain' in meant ? { event: meant } : meant;
    const asked = { id: `silence-${silences.size + 1}`, startsAt: now() + inS * second, forMs: forS * second };
    const { id, startsAt, endsAt } = await ledger.keepSilence({ ...asked, filter, by: 'ann', comment: '' });
    silences.set(id, { id, startsAt, endsAt, ...meant });
  }

  async function expire(which: number): Promise<void> {
    const one = [...silences.values()][which % Math.max(1, silences.size)];
    if (!one) return;
    await ledger.expireSilence(one.id, 'bob');
    silences.set(one.id, { ...one, endsAt: Math.min(one.endsAt, now()) });
  }

  return {
    silences,
    async do(what) {
      const by = 'ann';
      switch (what.do) {
        case 'acknowledge':
          return change(what.about, (incident, at) => acknowledge(incident, { by, at }));
        case 'unacknowledge':
          return change(what.about, (incident, at) => unacknowledge(incident, { by, at }));
        case 'resolve':
          return change(what.about, (incident, at) => resolveByHand(incident, { by, at }));
        case 'snooze':
          return change(what.about, (incident, at) => snooze(incident, { by, at, until: at + what.forS * second }));
        case 'silence':
          return silence(what);
        case 'expire':
          return expire(what.which);
        case 'redeliver':
          await ledger.revive({ dead: true });
          return;
      }
    },
  };
}
