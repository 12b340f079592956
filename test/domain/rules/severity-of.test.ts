import { describe, expect, test } from 'vitest';
import { compileSeverity, compileTo, labelsIn } from '../../../src/domain/rules/severity-of.ts';
import { anEvent } from '../events.ts';
import { owedIn, town } from '../town.ts';

const map = { page: 'error', warn: 'warning', '3': 'critical' } as const;
const byLevel = { from: 'level', map, default: 'info' } as const;

describe('a severity from a field', () => {
  test.each([
    [{ level: 'page' }, 'error'],
    [{ level: 'warn' }, 'warning'],
    [{ level: 'PAGE' }, 'info'],
    [{ level: 'other' }, 'info'],
    [{}, 'info'],
  ])('of %j is %s', (fields, severity) => {
    expect(compileSeverity(byLevel)(anEvent(fields))).toBe(severity);
  });

  test.each([
    [3, 'critical'],
    ['3', 'critical'],
    [null, 'info'],
    [['page'], 'info'],
    [{ page: 'page' }, 'info'],
  ])("of the sender's own %j is %s", (value, severity) => {
    expect(compileSeverity({ ...byLevel, from: 'data.how' })(anEvent({ data: { how: value } }))).toBe(severity);
  });

  test.each(['constructor', '__proto__', 'toString', 'undefined'])(
    'is the default of what every object has: %s',
    (level) => {
      expect(compileSeverity(byLevel)(anEvent({ level }))).toBe('info');
    },
  );
});

test('destinations of a severity that is not named are the default', () => {
  const to = { critical: ['pager', 'chat'], warning: ['chat'], default: ['mail', 'chat'] };
  expect(compileTo(to)('critical')).toEqual(['pager', 'chat']);
  expect(compileTo(to)('error')).toEqual(['mail', 'chat']);
  expect(compileTo(['chat'])('info')).toEqual(['chat']);
  expect(labelsIn(to)).toEqual(['pager', 'chat', 'mail']);
});

describe('an incident', () => {
  const rule = {
    on: ['monitor.alert'],
    when: { value: { $gt: 0 } },
    severity: byLevel,
    key: 'k',
    to: { error: ['slack', 'pager'], default: ['slack'] },
    resolveAfter: '6h',
  };
  const alert = { type: 'monitor.alert', value: 1 };

  test('is as severe as its last match, and who is told of that joins', () => {
    const { happens, incidents } = town(rule);
    expect(owedIn(happens({ ...alert, level: 'warn' }))).toEqual(['open slack']);
    expect(incidents.get('k')?.causes[0]?.severity).toBe('warning');
    expect(owedIn(happens({ ...alert, level: 'page' }))).toEqual(['update slack', 'open pager']);
    expect(incidents.get('k')?.causes[0]?.severity).toBe('error');
  });

  test('is told on to whoever was told, when it is less severe again', () => {
    const { happens, incidents } = town(rule);
    happens({ ...alert, level: 'page' });
    expect(owedIn(happens({ ...alert, level: 'info' }))).toEqual(['update slack', 'update pager']);
    expect(incidents.get('k')?.causes[0]?.severity).toBe('info');
  });

  test('as a notice goes to those of its severity', () => {
    const { happens } = town({ ...rule, lifecycle: 'notice', resolveAfter: undefined, key: undefined });
    expect(owedIn(happens({ ...alert, level: 'warn' }))).toEqual(['notice slack']);
    expect(owedIn(happens({ ...alert, level: 'page' }))).toEqual(['notice slack', 'notice pager']);
  });
});
