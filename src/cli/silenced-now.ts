import type { Problem } from '../domain/filter/filter.ts';
import type { Incident } from '../domain/incident/incident.ts';
import { episodeOf } from '../domain/incident/settle.ts';
import { compileSilence, subjectOf } from '../domain/telling/silence.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { everyPage } from './every-page.ts';

/** The open incidents that a silence with this filter is about. */
export async function silencedNow(ledger: Ledger, filter: unknown): Promise<Incident[]> {
  const problems: Problem[] = [];
  const matches = compileSilence(filter, problems);
  const open = await everyPage((page) => ledger.listIncidents({ ...page, open: true }));
  return open.filter((incident) => matches(subjectOf(episodeOf(incident))).verdict === 'match');
}
