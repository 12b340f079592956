import type { Command } from 'commander';
import type { Incident } from '../domain/incident/incident.ts';
import { acknowledge, resolveByHand, snooze } from '../domain/incident/people.ts';
import { durationWords } from '../domain/message/duration.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PersonsAnswer, PersonsChange } from '../pipeline/people.ts';
import { changeIncident, openKeysLike } from '../pipeline/people.ts';
import { summary } from './incident-text.ts';
import { withLedger } from './ledger-path.ts';
import type { PersonOptions } from './person-options.ts';
import { personOf, withPersonOptions } from './person-options.ts';
import type { Invocation } from './run-command.ts';
import { servingNote } from './serving-note.ts';
import { moment } from './table.ts';
import { momentForm, windowEnd } from './window-option.ts';

type Options = PersonOptions & { json?: boolean; until?: string; for?: string };

/** What a person asks for: how it is done, how it is said when it is, and whether it was so before. */
type Act = {
  change: PersonsChange;
  done: string;
  isSo: (incident: Incident) => boolean;
  isSnooze?: true;
};

/** `tocsin incidents ack|resolve|snooze`: what people do about an open incident, in force at once. */
export function addPeopleCommands(incidents: Command, invocation: Invocation, done: (exitCode: number) => void): void {
  const run = async (key: string, options: Options, actOf: (ledger: Ledger) => Promise<Act> | Act) =>
    done(
      await withLedger(invocation, async (ledger) =>
        act(ledger, key, { act: await actOf(ledger), options, invocation }),
      ),
    );
  const add = (name: string, description: string) =>
    incidents.command(name).argument('<key>', "the open incident's dedup key").description(description);
  withJson(withPersonOptions(add('ack', 'say who has it in hand; holds nothing back'))).action(
    (key: string, options: Options) => run(key, options, () => acknowledging(options)),
  );
  withJson(withPersonOptions(add('resolve', 'end it by hand: whoever was told of it is told its end'))).action(
    (key: string, options: Options) => run(key, options, () => resolving(options)),
  );
  const snoozed = add('snooze', 'nothing about it rings for a while; a rise in severity ends that')
    .option('--for <duration>', 'for so long, such as 2h')
    .option('--until <moment>', `until then, ${momentForm}`);
  withJson(withPersonOptions(snoozed)).action((key: string, options: Options) =>
    run(key, options, (ledger) => snoozing(ledger, options)),
  );
}

function withJson(command: Command): Command {
  return command.option('--json', 'print {"ok", "why", "incident"} as JSON');
}

function acknowledging(options: Options): Act {
  const person = personOf(options);
  return {
    change: (incident, at) => acknowledge(incident, { ...person, at }),
    done: `is acknowledged by ${person.by}`,
    isSo: ({ acknowledged }) => acknowledged?.by === person.by,
  };
}

function resolving(options: Options): Act {
  const person = personOf(options);
  return {
    change: (incident, at) => resolveByHand(incident, { ...person, at }),
    done: `is resolved by ${person.by}`,
    isSo: () => false,
  };
}

async function snoozing(ledger: Ledger, options: Options): Promise<Act> {
  const person = personOf(options);
  const now = await ledger.now();
  const until = windowEnd(options, { now });
  return {
    change: (incident, at) => snooze(incident, { ...person, at, until }),
    isSnooze: true,
    done: `is snoozed until ${moment(until)} (${durationWords(until - now)}) by ${person.by}`,
    isSo: ({ snoozed }) => snoozed?.until === until,
  };
}

type Doing = { act: Act; options: Options; invocation: Invocation };

async function act(ledger: Ledger, key: string, { act, options, invocation }: Doing): Promise<number> {
  const answer = await changeIncident(ledger, key, act.change);
  const { print, complain } = invocation;
  if (answer.kind === 'changed') {
    const { before, after } = answer;
    if (options.json) print(JSON.stringify({ ok: true, incident: summary(after.incident) }, null, 2));
    else {
      print(`${key} #${after.incident.episode} ${act.done}. ${toldWords(before, act)}`);
      for (const line of await servingNote(ledger)) complain(line);
    }
    return 0;
  }
  const isSo = answer.kind === 'unchanged' && answer.incident.open && act.isSo(answer.incident);
  const why = whyNot(key, answer);
  const incident = 'incident' in answer ? { incident: summary(answer.incident) } : {};
  if (options.json) print(JSON.stringify({ ok: isSo, why, ...incident }, null, 2));
  else (isSo ? print : complain)(why);
  const isOpen = answer.kind === 'busy' || (answer.kind === 'unchanged' && answer.incident.open);
  if (!options.json && !isOpen) await suggest(ledger, key, complain);
  return isSo ? 0 : 1;
}

/** Whoever was rung before; of a snooze PagerDuty knows nothing. */
function toldWords({ rung }: Incident, { isSnooze }: Pick<Act, 'isSnooze'>): string {
  if (rung.length === 0) return 'Nobody was told of it.';
  const [others, pagers] = [false, true].map((pages) =>
    rung
      .filter(({ address }) => (isSnooze === true && address.startsWith('pagerduty:')) === pages)
      .map((each) => each.destination),
  );
  const are = (names: readonly string[] = []) => `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} told.`;
  return [
    ...(others?.length ? [are(others)] : []),
    ...(pagers?.length
      ? [`${pagers.join(', ')}: PagerDuty knows no snooze and escalates what rang; acknowledge it as well.`]
      : []),
  ].join(' ');
}

function whyNot(key: string, answer: Exclude<PersonsAnswer, { kind: 'changed' }>): string {
  if (answer.kind === 'unchanged') return `${key}: ${answer.why}.`;
  if (answer.kind === 'unknown') return `There is no incident "${key}".`;
  return `${key} changes all the time: nothing was done. Try it again.`;
}

async function suggest(ledger: Ledger, key: string, complain: Invocation['complain']): Promise<void> {
  const like = await openKeysLike(ledger, key);
  if (like.length === 0) complain('incidents list --open shows what is open.');
  else complain(`Open is: ${like.join(', ')}`);
}
