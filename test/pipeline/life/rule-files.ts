import { traitsByType } from '../../../src/compose.ts';
import { parseRules } from '../../../src/config/load-rules.ts';
import type { RuleSet } from '../../../src/domain/rules/rule-set.ts';

const key = 'mail:{{ domain }}';
const low = {
  id: 'low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  clear: { inboxRate: { $gte: 0.85 } },
  key,
  severity: 'warning',
  to: ['chat', 'pager'],
};
const veryLow = {
  id: 'very-low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.3 } },
  key,
  severity: 'critical',
  to: ['chat', 'pager', 'post'],
};
const alert = {
  id: 'alert',
  on: ['alert.triggered'],
  key,
  severity: 'error',
  to: ['post', 'pager'],
  resolveAfter: '3m',
};
const verified = { id: 'verified', on: ['domain.verified'], lifecycle: 'notice', to: ['chat', 'pager', 'post'] };

/** Files that a process may be given: several rules and senders feed one key, and each file feeds it in its own way. */
const files = {
  first: [low, veryLow, alert, verified],
  counting: [
    { ...low, fireAfter: { count: 2, of: 3 }, clearAfter: { count: 2 }, to: ['pager', 'post'] },
    { ...veryLow, to: ['chat'] },
    verified,
  ],
  graver: [{ ...low, severity: 'error', resolveAfter: '2m', to: ['spare', 'chat', 'pager'] }, veryLow, alert],
  // What `low` and `very-low` opened under their key are orphans here.
  otherwise: [{ ...low, key: 'inbox:{{ domain }}' }, alert],
};

export const fileNames = ['first', 'counting', 'graver', 'otherwise'] as const;

const secrets = [{ env: 'SECRET' }];
const loaded = Object.entries(files).map(([name, rules]): [string, RuleSet] => {
  const text = JSON.stringify({
    sources: { 'inbox-check': { type: 'inbox-check', secrets }, reachscore: { type: 'reachscore', secrets } },
    destinations: Object.fromEntries(['chat', 'pager', 'post', 'spare'].map((each) => [each, { type: 'preview' }])),
    rules,
  });
  const parsed = parseRules(text, traitsByType);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return [name, parsed.config.rules];
});

export const rulesIn: Readonly<Record<string, RuleSet>> = Object.fromEntries(loaded);
