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

  async function refusal(user: string, channel: Guarded): Promise<string | undefined> {
    const { name, token, operators } = channel;
    if (!operators || operators.users?.includes(user)) return undefined;
    const found = await Promise.all((operators.groups ?? []).map((group) => isIn(group, user, token)));
    if (found.includes(true)) return undefined;
    const label = escaped(name, longestName);
    const unknown = found.find((each) => typeof each === 'string');
    if (unknown === undefined) {
      return `Nothing was changed: you are not among the "operators" of ${label} in the rules file.`;
    }
    const why = escaped(unknown, 300);
    return `Nothing was changed: whether you are among the "operators" of ${label} cannot be known now (${why}).`;
  }

  async function firstWhoLets(user: string, guards: readonly Guarded[]): Promise<string | undefined> {
    const refusals = await Promise.all(guards.map((each) => refusal(user, each)));
    return refusals.includes(undefined) ? undefined : refusals[0];
  }

  return {
    async refusalAt(user, address) {
      const channel = channels().get(address);
      return channel
        ? refusal(user, channel)
        : 'Nothing was changed: no destination in the rules file leads here any more.';
    },
    async refusalAtAll(user, addresses) {
      const all = channels();
      const told = addresses.flatMap((each) => all.get(each) ?? []);
      const guarded = [...all.values()].filter((each) => each.operators !== undefined);
      return firstWhoLets(user, told.length > 0 ? told : guarded);
    },
  };
}

type Guarded = { name: string; token: string; operators: OperatorsText | undefined };
