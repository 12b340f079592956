import type { Backlog } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Receive } from './receive.ts';

/** The receive step, counted by source and answer. What nobody configured is one source: names come from outside. */
export function meteredReceive(receive: Receive, metrics: Metrics): Receive {
  const count = metrics.counter({
    name: 'tocsin_deliveries_received_total',
    help: 'Requests to the hooks, by source and answer.',
    labels: ['source', 'answer'],
  });
  return async (source, request) => {
    const answer = await receive(source, request);
    const { body } = answer;
    const word = 'error' in body ? body.error : body.status;
    count({ source: word === 'unknown_source' ? '' : source, answer: word });
    return answer;
  };
}

/** The ledger, with what passes through it counted once, in front: no step and no engine has a metric of its own. */
export function meteredLedger(ledger: Ledger, metrics: Metrics): Ledger {
  const routed = metrics.counter({
    name: 'tocsin_commits_total',
    help: 'Routings and changes by time, by what the ledger answered.',
    labels: ['answer'],
  });
  const attempts = metrics.counter({
    name: 'tocsin_attempts_total',
    help: 'Attempts to tell, by what was tried, how it ended and what became of the notification.',
    labels: ['act', 'result', 'next'],
  });
  return {
    ...ledger,
    async commit(commits) {
      const answers = await ledger.commit(commits);
      for (const answer of answers) routed({ answer });
      return answers;
    },
    async record(record) {
      const answer = await ledger.record(record);
      const { act, result } = record.outcome;
      attempts({ act, result, next: answer === 'late' ? 'late' : record.next.state });
      return answer;
    },
  };
}

/** Keeps whether the rules file at hand is in force, and since when; to be told after each reading of it. */
export function meteredReload(metrics: Metrics): (isInForce: boolean) => void {
  const successful = metrics.gauge({
    name: 'tocsin_config_last_reload_successful',
    help: 'Whether the rules file, as it was last read, is in force.',
    labels: [],
  });
  const succeededAt = metrics.gauge({
    name: 'tocsin_config_last_reload_success_timestamp_seconds',
    help: 'When the rules file was last read and in force.',
    labels: [],
  });
  return (isInForce) => {
    successful({}, isInForce ? 1 : 0);
    if (isInForce) succeededAt({}, Date.now() / 1_000);
  };
}

/** Counts words to the owner that could not be told. */
export function meteredOwner(metrics: Metrics): () => void {
  const untold = metrics.counter({
    name: 'tocsin_owner_untold_total',
    help: 'Words to the owner about trouble that could not be told.',
    labels: [],
  });
  return () => untold({});
}

/** What this process knows by itself. */
export type Known = {
  /** How many credentials it has parked. */
  parked: () => number;
  /** Why the ledger cannot be written now, if so. */
  unwritable: () => string | undefined;
};

/** All metrics as text, with what stands in the ledger now, and what this process knows. */
export function metricsText(ledger: Ledger, metrics: Metrics, { parked, unwritable }: Known): () => Promise<string> {
  const gauge = <Label extends string>(name: string, help: string, labels: readonly Label[] = []) =>
    metrics.gauge({ name: `tocsin_${name}`, help, labels });
  const unrouted = gauge('unrouted_deliveries', 'Accepted deliveries that are not routed yet.');
  const unroutedAge = gauge('oldest_unrouted_seconds', 'Age of the oldest of them.');
  const owed = gauge('owed_notifications', 'Notifications that are owed something.');
  const owedAge = gauge('oldest_owed_seconds', 'How long the oldest of them has been owed.');
  const open = gauge('open_incidents', 'Incidents that are open.');
  const dead = gauge('dead_letters', 'What was given up.', ['kind']);
  const up = gauge('ledger_up', 'Whether the ledger answered, and can be written.');
  const refused = gauge('parked_credentials', 'Credentials that were refused, and keep back what is told with them.');
  const show = (backlog: Backlog, now: number) => {
    unrouted({}, backlog.unrouted);
    unroutedAge({}, backlog.oldestUnroutedAt === undefined ? 0 : (now - backlog.oldestUnroutedAt) / 1_000);
    owed({}, backlog.owed);
    owedAge({}, backlog.oldestOwedAt === undefined ? 0 : (now - backlog.oldestOwedAt) / 1_000);
    open({}, backlog.openIncidents);
    dead({ kind: 'delivery' }, backlog.deadDeliveries);
    dead({ kind: 'notification' }, backlog.deadNotifications);
  };
  return async () => {
    const looked = await Promise.all([ledger.backlog(), ledger.now()]).catch(() => undefined);
    if (looked) show(...looked);
    up({}, looked && unwritable() === undefined ? 1 : 0);
    refused({}, parked());
    return metrics.text();
  };
}
