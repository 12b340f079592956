import type { Silence } from '../../domain/telling/silence.ts';
import type { NewSilence, Silences } from '../silences.ts';
import { readMs, type Store } from './store.ts';

/** For so long a silence that is over is still listed. */
export const silencesOverMs = 30 * 24 * 60 * 60_000;

const writeMs = 5_000;
/** As many fall due in one call when a silence ends: thousands at once would hold up those that accept. */
const wokenAtOnce = 500;

/** Silences, and the end of waiting for them. */
export function silencesIn(store: Store): Silences {
  const keep = store.script('keep-silence');
  const expire = store.script('expire-silence');
  const list = store.script('list-silences');

  return {
    async keepSilence(silence) {
      return silenceOf((await keep(silenceArguments(silence), { withinMs: writeMs, replicated: true })) as SilenceRow);
    },

    // Whoever dies between two calls leaves some waiting for their own time, which is minutes away.
    async expireSilence(id, by) {
      for (;;) {
        const args = [store.channel, id, by, wokenAtOnce];
        const reply = await expire(args, { withinMs: writeMs, replicated: true });
        const [row, woken] = reply as [SilenceRow | null, number];
        if (woken < wokenAtOnce) return row === null ? undefined : silenceOf(row);
      }
    },

    async listSilences({ over }) {
      const rows = (await list([over ? silencesOverMs : 0], { withinMs: readMs })) as SilenceRow[];
      return rows.map(silenceOf);
    },
  };
}

/** What `showSilence` in silence.lua gives. */
export type SilenceRow = [said: string, startsAt: number, endsAt: number, createdAt: number, expiredBy: string | null];

export function silenceOf([said, startsAt, endsAt, createdAt, expiredBy]: SilenceRow): Silence {
  return {
    ...(JSON.parse(said) as Pick<Silence, 'id' | 'filter' | 'by' | 'comment'>),
    startsAt,
    endsAt,
    createdAt,
    ...(expiredBy !== null && { expiredBy }),
  };
}

function silenceArguments(silence: NewSilence): (string | number)[] {
  const { id, filter, by, comment, startsAt = '' } = silence;
  const end = 'endsAt' in silence ? [silence.endsAt, ''] : ['', silence.forMs];
  return [id, JSON.stringify({ id, filter, by, comment }), startsAt, ...end];
}
