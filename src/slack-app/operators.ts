import { escaped } from '../destinations/slack/mrkdwn.ts';
import type { AskSlack } from './desk.ts';
import type { SlackAppParts } from './slack-app.ts';

/** Who may act on what is told in a channel: left out, whoever sees it. */
export type OperatorsText = { users?: string[] | undefined; groups?: string[] | undefined };

/** Says why somebody may not, in words for them; `undefined` when they may. */
export type Operators = {
  /** On what was told at that address. */
  refusalAt(user: string, address: string): Promise<string | undefined>;
  /** On what was told at these: who may at one of them, may. Where none is a channel, who may at any that is guarded. */
  refusalAtAll(user: string, addresses: readonly string[]): Promise<string | undefined>;
};

export type OperatorsParts = Pick<SlackAppParts, 'channels' | 'elapsedMs'> & { ask: AskSlack };

const heldMs = 60_000;
const longestName = 64;

export function openOperators({ channels, ask, elapsedMs }: OperatorsParts): Operators {
  const members = new Map<string, { users: readonly string[]; readAtMs: number }>();

  async function isIn(group: string, user: string, token: string): Promise<boolean | string> {
    const known = members.get(`${token} ${group}`);
    if (known && elapsedMs() - known.readAtMs < heldMs) return known.users.includes(user);
    const asked = await ask(token, (client) => client.usergroups.users.list({ usergroup: group }));
    if (!asked.ok) return asked.reason;
    const users = asked.value.users ?? [];
    members.set(`${token} ${group}`, { users, readAtMs: elapsedMs() });
    return users.includes(user);
  }

  /** Why they may not, by this guard: it names others, or nobody can say whom. */
  async function refusal(user: string, guard: Guarded): Promise<Refused | undefined> {
    const { token, operators } = guard;
    if (!operators || operators.users?.includes(user)) return undefined;
    const found = await Promise.all((operators.groups ?? []).map((group) => isIn(group, user, token)));
    if (found.includes(true)) return undefined;
    const unknown = found.find((each) => typeof each === 'string');
    return { guard, unknown };
  }

  /** Whoever one of them lets, may. */
  async function refusalOf(user: string, guards: readonly Guarded[]): Promise<string | undefined> {
    const refusals = await Promise.all(guards.map((each) => refusal(user, each)));
    const refused = refusals.filter((each) => each !== undefined);
    return refused.length < guards.length || guards.length === 0 ? undefined : refusalWords(refused);
  }

  return {
    async refusalAt(user, address) {
      const channel = channels().get(address);
      return channel
        ? refusalOf(user, [channel])
        : 'Nothing was changed: no destination in the rules file leads here any more.';
    },
    async refusalAtAll(user, addresses) {
      const all = channels();
      const told = addresses.flatMap((each) => all.get(each) ?? []);
      const guarded = [...all.values()].filter((each) => each.operators !== undefined);
      return refusalOf(user, told.length > 0 ? told : guarded);
    },
  };
}

type Refused = { guard: Guarded; unknown: string | undefined };

const mostNamed = 10;

/** Seen by one person alone, a mention calls nobody; Slack shows it as a name. */
function refusalWords(refused: readonly Refused[]): string {
  const guards = refused.map(({ guard }) => guard);
  const names = guards.map(({ name }) => `\`${escaped(name, longestName)}\``).join(' or ');
  const unknown = refused.find((each) => each.unknown !== undefined)?.unknown;
  if (unknown !== undefined) {
    const why = escaped(unknown, 300);
    return `Nothing was changed: whether you are one of the operators of ${names} cannot be known now (${why}).`;
  }
  const users = guards.flatMap(({ operators }) => operators?.users ?? []).map((id) => `<@${id}>`);
  const groups = guards.flatMap(({ operators }) => operators?.groups ?? []).map((id) => `<!subteam^${id}>`);
  const all = [...new Set([...groups, ...users])];
  const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : '';
  const who = `${all.slice(0, mostNamed).join(', ')}${more}`;
  return `Nothing was changed. You may not do that here: only the operators of ${names} may, who are ${who}.`;
}

type Guarded = { name: string; token: string; operators: OperatorsText | undefined };
