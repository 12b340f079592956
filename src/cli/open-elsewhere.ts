import type { Incident } from '../domain/incident/incident.ts';
import type { RuleTrace, Trace } from '../domain/trace.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { everyPage } from './every-page.ts';

type Heard = Pick<Trace, 'rules' | 'incidents'> & { source: string };

/**
 * By rule that cleared and changed nothing: the keys of the incidents that it holds open now, where its own key is not
 * among them. A key that does not fit is the usual reason why an incident does not end.
 */
export async function openElsewhere(ledger: Ledger, heard: Heard): Promise<Map<string, string[]>> {
  const { rules, incidents, source } = heard;
  const cleared = rules.filter(
    ({ verdict, key }) => verdict === 'clear' && !incidents.some((each) => each.key === key),
  );
  if (cleared.length === 0) return new Map();
  const open = await everyPage((page) => ledger.listIncidents({ ...page, open: true }));
  const found = cleared.map((rule): [string, string[]] => [rule.rule, keysHeldBy(rule, source, open)]);
  return new Map(found.filter(([, keys]) => keys.length > 0));
}

function keysHeldBy({ rule, key }: RuleTrace, source: string, open: readonly Incident[]): string[] {
  const held = open.filter(({ causes }) =>
    causes.some((cause) => cause.firing && cause.rule === rule && cause.source === source),
  );
  return held.some((each) => each.key === key) ? [] : held.map((each) => each.key);
}
