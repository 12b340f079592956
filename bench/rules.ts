import type { Event } from '../src/domain/event.ts';
import type { Problem } from '../src/domain/filter/filter.ts';
import { compileFilter } from '../src/domain/filter/filter.ts';
import type { Arrived, Standing } from '../src/domain/routing.ts';
import { judgeDelivery } from '../src/domain/routing.ts';
import { ruleSchema } from '../src/domain/rules/rule.ts';
import { compileRules } from '../src/domain/rules/rule-set.ts';

/**
 * What rules cost: a line for each measure. Candidates are found by their domain; where each event is of another domain,
 * their code and data are cold.
 */
export function ruleFigures(): string[] {
  const sizes = [10, 100, 1_000, 10_000];
  const costs = sizes.map((size) => ({
    size,
    one: microseconds(rulesOf(size, 1), 1),
    ten: microseconds(rulesOf(size, 10), 1),
    others: microseconds(rulesOf(size, 10), size / 10),
  }));
  const row = (words: string, of: 'one' | 'ten' | 'others') =>
    `| ${[words, ...costs.map((each) => us(each[of]))].join(' | ')} |`;
  return [
    `| µs for an event, by rules in the file | ${sizes.map((size) => size.toLocaleString('en')).join(' | ')} |`,
    '|---|---|---|---|---|',
    row('one candidate', 'one'),
    row('ten candidates', 'ten'),
    row('ten candidates, each event of another domain', 'others'),
    '',
    `A filter of ten conditions, with its trace: ${us(tenConditions())} µs.`,
  ];
}

const us = (value: number) => value.toFixed(1);
const traits = { states: ['test.completed'], endings: {} };

/** So many rules of each domain, one after the other. */
function rulesOf(size: number, perDomain: number): Standing {
  const problems: Problem[] = [];
  const placed = Array.from({ length: size }, (_, order) => ({
    text: ruleSchema.parse({
      id: `r${order}`,
      on: ['test.completed'],
      where: { domain: domainOf(order % (size / perDomain)) },
      when: { inboxRate: { $lt: 0.8 } },
      clear: { inboxRate: { $gte: 0.85 } },
      key: `placement-${order}:{{ domain }}`,
      to: ['chat'],
    }),
    order,
  }));
  const rules = compileRules(placed, new Map([['inbox-check', traits]]), problems);
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return { rules, places: new Map(), staleAfterMs: 86_400_000 };
}

const domainOf = (i: number) => `d${i}.example`;

/** The median of rounds, after the code has warmed up. */
function microseconds(standing: Standing, domains: number): number {
  const arrived = Array.from({ length: domains }, (_, i) => arrivedOf(domainOf(i)));
  const first = arrivedOf(domainOf(0));
  return medianUs(2_000, (i) => judgeDelivery(arrived[i % domains] ?? first, standing));
}

function arrivedOf(domain: string): Arrived {
  return {
    delivery: { seq: 1, source: 'inbox-check', id: 'dlv_1', receivedAt: 0 },
    normalised: { event: anEvent(domain), notes: [] },
    traits,
    isTest: false,
  };
}

function anEvent(domain: string): Event {
  return {
    id: 'dlv_1',
    source: 'inbox-check',
    type: 'test.completed',
    occurredAt: '2026-03-02T08:00:00.000Z',
    live: true,
    domain,
    inboxRate: 0.62,
    spamRate: 0.2,
    score: 41,
    grade: 'D',
    auth: { spf: 'pass', dkim: 'pass', dmarc: 'fail', aligned: false },
    providers: [
      { provider: 'gmail', placement: 'spam' },
      { provider: 'outlook', placement: 'inbox' },
    ],
    tags: ['nightly', 'newsletter'],
  };
}

function tenConditions(): number {
  const problems: Problem[] = [];
  const filter = compileFilter(
    {
      domain: { $glob: '*.example' },
      inboxRate: { $lt: 0.8 },
      spamRate: { $between: [0.1, 0.5] },
      score: { $lte: 50 },
      grade: { $in: ['D', 'E', 'F'] },
      auth: { spf: 'pass', dkim: { $ne: 'fail' }, dmarc: 'fail' },
      providers: { provider: 'gmail', placement: 'spam' },
    },
    'when',
    problems,
  );
  const event = anEvent('news.example');
  if (problems.length > 0 || filter(event).verdict !== 'match') throw new Error('no filter of ten conditions');
  return medianUs(20_000, () => filter(event));
}

const rounds = 15;

function medianUs(times: number, step: (i: number) => unknown): number {
  const taken = Array.from({ length: rounds }, () => {
    const startedAt = performance.now();
    for (let i = 0; i < times; i += 1) step(i);
    return ((performance.now() - startedAt) / times) * 1_000;
  });
  return taken.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}
