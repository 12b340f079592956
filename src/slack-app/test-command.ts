import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { escaped, inTheirZone } from '../destinations/slack/mrkdwn.ts';
import { nearest } from '../domain/filter/nearest.ts';
import { testNotice } from '../domain/notice.ts';
import { owedFor } from '../domain/telling/owed.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { codeOf } from './changing.ts';
import type { Verb } from './command.ts';
import { firstWords } from './command-text.ts';
import { byWords } from './payload.ts';

const longestName = 64;
const mostNames = 20;

/** `/tocsin test <destination>`: told like anything else, by way of the outbox. */
export const testCommand: Verb = async (rest, { interaction, user }, { ledger, places, channels, operators, log }) => {
  const { text: name, rest: more } = firstWords(rest);
  if (name === '') return { wrong: 'Say which destination.' };
  if (more !== '') return { wrong: `\`${codeOf(rest)}\` is more than the name of one destination.` };
  const place = places().get(name);
  if (!place) return unknownPlace(name, [...places().keys()]);
  const { address } = place;
  const isChannel = channels().has(address);
  const refusal = await (isChannel ? operators.refusalAt(user.id, address) : operators.refusalAtAll(user.id, []));
  if (refusal !== undefined) return refusal;
  const by = byWords(user);
  const about = createHash('sha256').update(interaction).digest('hex').slice(0, 16);
  const words = `Sent by /tocsin test, by ${by}. Nothing is wrong.`;
  const episode = testNotice({ about, words, now: await ledger.now() });
  const [owed] = owedFor({ change: 'opened', episode, joined: [place] }, [place]).map((each) => each.owed);
  if (!owed) throw new Error(`nothing is owed to ${name}`);
  await ledger.commit([{ token: randomUUID(), expects: [], incidents: [], episodes: [episode], owed: [owed] }]);
  log.info({ destination: name, by }, 'slack-app.tested');
  return outcome(ledger, { id: owed.id, name });
};

function unknownPlace(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const all = names.slice(0, mostNames).map((each) => `\`${each}\``);
  const hint = meant ? `did you mean \`${meant}\`?` : `there are ${all.join(', ')}`;
  return `There is no destination "${escaped(name, longestName)}": ${hint}`;
}

const lookEveryMs = 50;
const looks = 30;
const longestReason = 300;

/** What became of it, if that is known soon. */
async function outcome(ledger: Ledger, { id, name }: { id: string; name: string }): Promise<string> {
  for (let look = 0; look < looks; look += 1) {
    await delay(lookEveryMs);
    const { state, reason = '', attempts } = (await ledger.findNotification(id))?.notification ?? {};
    if (state === 'settled') return `\`${name}\` was told a test message.`;
    const why = inTheirZone(escaped(reason || (attempts?.at(-1)?.reason ?? ''), longestReason));
    if (state === 'dead') return `\`${name}\` could not be told: ${why}`;
    if (why !== '') return `\`${name}\` was not told yet, and is tried again: ${why}`;
  }
  return `\`${name}\` is told a test message as soon as it can be.`;
}
