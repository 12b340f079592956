import { createHash } from 'node:crypto';
import { escaped, moment } from '../destinations/slack/mrkdwn.ts';
import type { Filter, Problem } from '../domain/filter/filter.ts';
import { episodeOf } from '../domain/incident/settle.ts';
import { parseDuration } from '../domain/message/duration.ts';
import { compileSilence, subjectOf } from '../domain/telling/silence.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { codeOf } from './changing.ts';
import type { Verb } from './command.ts';
import { firstWords, leadingJson } from './command-text.ts';
import { byWords } from './payload.ts';
import type { Wrong } from './wrong-words.ts';
import { noDurationWords, timed } from './wrong-words.ts';

const longestMs = 365 * 86_400_000;
const mostProblems = 5;
const longestProblem = 300;
const longestFilter = 300;

/** `/tocsin silence <filter> <duration> <comment>`: the filter as JSON, or a key with `*` and `?`. */
export const silenceCommand: Verb = async (rest, { interaction, user }, desk) => {
  const asked = askedFor(rest);
  if ('wrong' in asked) return asked;
  const refusal = await desk.operators.refusalAtAll(user.id, []);
  if (refusal !== undefined) return refusal;
  const { forMs, comment } = asked;
  if (forMs > longestMs) return 'A silence may last a year at the most.';
  const made = filterOf(asked.filter);
  if ('problems' in made) {
    const lines = made.problems
      .slice(0, mostProblems)
      .map((each) => escaped(`${each.path}: ${each.message}`, longestProblem));
    return ['Nothing is silenced: the filter is wrong.', ...lines].join('\n');
  }
  const by = byWords(user);
  const kept = await desk.ledger.keepSilence({ id: idFor(interaction), filter: made.json, by, comment, forMs });
  desk.log.info({ silence: kept.id, by }, 'slack-app.silenced');
  const now = await howManyNow(desk.ledger, made.filter);
  return [
    `Silence \`${kept.id}\` holds until ${moment(kept.endsAt)}: \`${codeOf(JSON.stringify(kept.filter).slice(0, longestFilter))}\``,
    `${now} What was told already stands, and its end will be told. \`tocsin silence expire ${kept.id}\` ends it before that.`,
  ].join('\n');
};

type Asked = { filter: { json: string } | { key: string }; forMs: number; comment: string };

function askedFor(text: string): Asked | Wrong {
  if (text === '') return { wrong: 'Say what is to be silenced, for how long, and why.' };
  const asked = text.startsWith('{') ? askedInJson(text) : askedByKey(text);
  if ('wrong' in asked || asked.comment !== '') return asked;
  return { wrong: `I do not see a comment behind \`${lastWord(text)}\`: say why, for the others.` };
}

function askedByKey(text: string): Asked | Wrong {
  const asked = timed(text, 'filter');
  return 'wrong' in asked ? asked : { filter: { key: asked.before }, forMs: asked.forMs, comment: asked.after };
}

function askedInJson(text: string): Asked | Wrong {
  const json = leadingJson(text);
  if (!json) return { wrong: 'The JSON of the filter does not end: a brace or a quote is missing.' };
  if (json.rest === '') return { wrong: 'I do not see a duration such as `2h` behind the filter.' };
  const { text: duration, rest: comment } = firstWords(json.rest);
  const forMs = parseDuration(duration) ?? 0;
  return forMs > 0 ? { filter: { json: json.json }, forMs, comment } : { wrong: noDurationWords(json.rest) };
}

/** Without a comment, that is the duration. */
function lastWord(text: string): string {
  return /\S+$/.exec(text)?.[0] ?? '';
}

type Made = { json: unknown; filter: Filter } | { problems: Problem[] };

function filterOf(asked: Asked['filter']): Made {
  const json = 'key' in asked ? { key: /[*?]/.test(asked.key) ? { $glob: asked.key } : asked.key } : jsonOf(asked.json);
  if (json === undefined) return { problems: [{ path: 'filter', message: 'is no JSON' }] };
  if (JSON.stringify(json) === '{}') {
    return {
      problems: [{ path: 'filter', message: 'an empty one would silence everything: say `*` if you mean that' }],
    };
  }
  const problems: Problem[] = [];
  const filter = compileSilence(json, problems);
  return problems.length === 0 ? { json, filter } : { problems };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same for the same command, which so is kept once, however often it comes. */
function idFor(interaction: string): string {
  return createHash('sha256').update(interaction).digest('hex').slice(0, 10);
}

const looked = 1_000;

async function howManyNow(ledger: Ledger, matches: Filter): Promise<string> {
  const { items } = await ledger.listIncidents({ limit: looked, open: true });
  const count = items.filter((each) => matches(subjectOf(episodeOf(each))).verdict === 'match').length;
  if (count === 0) return 'Nothing that is open now matches it.';
  return count === 1 ? '1 open incident matches it now.' : `${count} open incidents match it now.`;
}
