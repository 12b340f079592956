import type { Deaf } from '../domain/deaf.ts';
import { nearWords } from '../domain/filter/condition-text.ts';
import type { RuleTrace } from '../domain/trace.ts';
import type { Beside } from '../domain/trace-text.ts';
import { traceText } from '../domain/trace-text.ts';
import type { Explained, Untold, Would } from '../pipeline/rehearsal/explain.ts';
import { counted } from './backtest-text.ts';
import { messageLines } from './message-text.ts';
import { moment } from './table.ts';

/** How the delivery was looked at. */
export type Looked = {
  /** When it is taken to be received. */
  receivedAt: number;
  /** With what stands in the ledger; the delivery there of the same id. */
  state: boolean;
  before?: { receivedAt: number };
  elsewhere: NonNullable<Beside['elsewhere']>;
  /** Also the many rules that say nothing. */
  all?: boolean | undefined;
};

/** What a delivery would do, and why, as a person reads it at night. */
export function explainedText(explained: Explained, looked: Looked): string {
  const { trace, deaf, told, untold } = explained;
  const { rules, more } = looked.all ? { rules: trace.rules, more: [] } : tellingRules(trace.rules);
  const judged = traceText(
    { ...trace, rules },
    { deaf: [...more, ...deafLines(deaf)], elsewhere: looked.elsewhere, told: false },
  );
  return [
    ...headLines(explained, looked),
    '',
    judged,
    '',
    ...(told.length === 0 ? ['Nobody would be told anything.'] : ['Would be told:', ...wouldLines(told)]),
    ...(untold.length === 0 ? [] : ['Not told:', ...untoldLines(untold, looked)]),
  ].join('\n');
}

const mostRules = 50;

/** Of more rules than anybody reads, those that say something first. */
function tellingRules(rules: readonly RuleTrace[]): { rules: RuleTrace[]; more: string[] } {
  if (rules.length <= mostRules) return { rules: [...rules], more: [] };
  const [telling, others] = [rules.filter(saysSomething), rules.filter((rule) => !saysSomething(rule))];
  const shown = [...telling, ...others].slice(0, mostRules);
  const left = rules.length - shown.length;
  const words = telling.length > mostRules ? '' : ', none of which matches or nearly does';
  return { rules: shown, more: [`and ${counted(left)} more rules${words}: --all shows them`] };
}

function saysSomething(rule: RuleTrace): boolean {
  const { verdict, where } = rule;
  if (verdict === 'match' || verdict === 'clear' || verdict === 'unknown') return true;
  return where?.verdict === 'unknown' || nearWords(rule).length > 0;
}

function untoldLines(untold: readonly Untold[], { all }: Looked): string[] {
  const shown = all ? untold : untold.slice(0, mostRules);
  const left = untold.length - shown.length;
  return [...shown.map(untoldLine), ...(left === 0 ? [] : [`  and ${counted(left)} more: --all shows them`])];
}

function headLines({ event, isTest }: Explained, { receivedAt, state, before }: Looked): string[] {
  const { type, source, id, domain, occurredAt } = event;
  const about = domain === undefined ? '' : `, about ${domain}`;
  const as = state
    ? `As if it were received now, ${moment(receivedAt)}.`
    : 'As if it were the first thing that is heard, at that moment: --state looks at what stands.';
  return [
    `${type} from ${source}${about}, ${id}, happened ${moment(Date.parse(occurredAt))}`,
    as,
    ...(isTest ? ['A test event.'] : []),
    ...(before ? [`It was received already, ${moment(before.receivedAt)}: sent again it changes nothing.`] : []),
  ];
}

const reasons: Record<Deaf['why'], string> = { type: 'it is of another type', source: 'it is from another source' };
const mostNames = 20;

function deafLines(deaf: readonly Deaf[]): string[] {
  return (['type', 'source'] as const).flatMap((why) => {
    const names = deaf.filter((each) => each.why === why).map(({ rule }) => rule);
    if (names.length === 0) return [];
    const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
    return [`not looking (${reasons[why]}): ${names.slice(0, mostNames).join(', ')}${more}`];
  });
}

const acts: Record<string, string> = {
  open: 'something new',
  update: 'a change of what was told',
  end: 'that it is over',
  notice: 'a notice',
};

/** Whoever would read the same is told together. */
function wouldLines(told: readonly Would[]): string[] {
  const byWords = new Map<string, string[]>();
  for (const { destination, what, key, message, held } of told) {
    const back = held === undefined ? '' : `, held back: ${held}`;
    const words = messageLines(message).map((line) => `    | ${line}`);
    const said = [`${acts[what] ?? what}, about ${key}${back}`, ...words].join('\n');
    byWords.set(said, [...(byWords.get(said) ?? []), destination]);
  }
  return [...byWords].map(([said, destinations]) => `  ${destinations.join(', ')}: ${said}`);
}

function untoldLine({ rule, destinations, because }: Untold): string {
  return `  ${destinations.join(', ')} by ${rule}: ${because}`;
}
