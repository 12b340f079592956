import { describe, expect, test } from 'vitest';
import { changesIn, owedIn, town, verdictsIn } from './town.ts';

const domain = 'a.example';

describe('bad and over', () => {
  const state = { type: 'test.completed', domain };
  const edge = { type: 'monitor.alert', domain };
  const low = { when: { inboxRate: { $lt: 0.8 } }, key: 'k', resolveAfter: '6h' };

  test('a state that is no longer bad is over', () => {
    expect(verdictsIn(town(low).happens({ ...state, inboxRate: 0.9 }))).toEqual(['clear']);
    expect(
      verdictsIn(town(low).happens({ type: 'domain.health_changed', source: 'reachscore', inboxRate: 0.9 })),
    ).toEqual(['clear']);
  });

  test.each(['monitor.alert', 'alert.triggered', 'test.failed', 'domain.verification_failed', 'unheard.of'])(
    '%s reports that something happened, and never that it is over',
    (type) => {
      for (const source of ['inbox-check', 'reachscore'])
        expect(verdictsIn(town(low).happens({ type, source, domain, inboxRate: 0.9 }))).toEqual(['neither']);
    },
  );

  test('a state of one sender is none of another', () => {
    expect(
      verdictsIn(town(low).happens({ type: 'domain.health_changed', source: 'inbox-check', inboxRate: 0.9 })),
    ).toEqual(['neither']);
  });

  test.each([
    [0.5, 'match'],
    [0.82, 'neither'],
    [0.85, 'clear'],
    [undefined, 'unknown'],
  ])('with "clear", a rate of %s is a %s, also on a state', (inboxRate, verdict) => {
    const { happens } = town({ ...low, clear: { inboxRate: { $gte: 0.85 } } });
    const rate = inboxRate === undefined ? {} : { inboxRate };
    expect(verdictsIn(happens({ ...state, ...rate }))).toEqual([verdict]);
    expect(verdictsIn(happens({ ...edge, ...rate }))).toEqual([verdict]);
  });

  test.each([
    ['"when" wins over "clear"', { inboxRate: 0.5, grade: 'A' }, 'match'],
    ['"clear" wins over an unknown "when"', { grade: 'A' }, 'clear'],
    ['an unknown "clear" is unknown', { inboxRate: 0.9 }, 'unknown'],
    ['neither is neither', { inboxRate: 0.9, grade: 'B' }, 'neither'],
  ])('%s', (_, fields, verdict) => {
    const { happens } = town({ ...low, clear: { grade: 'A' } });
    expect(verdictsIn(happens({ ...state, ...fields }))).toEqual([verdict]);
  });

  test('without "when" every event in scope matches', () => {
    expect(verdictsIn(town({ resolveAfter: '6h', key: 'k' }).happens(state))).toEqual(['match']);
  });
});

describe('an ending type', () => {
  const rule = {
    on: ['alert.triggered'],
    from: ['reachscore'],
    where: { domain },
    when: { level: 'page' },
    key: 'k:{{ alert.id }}',
  };
  const alert = { source: 'reachscore', alert: { id: 'al_1' } };
  const triggered = { ...alert, type: 'alert.triggered', domain, level: 'page' };
  const resolved = { ...alert, type: 'alert.resolved', level: 'page' };

  test('ends what it ends, whatever "where" and "when" say', () => {
    const { happens } = town(rule);
    happens(triggered);
    const end = happens(resolved);
    expect(changesIn(end)).toEqual(['k:al_1#1 ended']);
    expect(end.trace.rules[0]?.because).toBe('alert.resolved ends alert.triggered');
  });

  test('at the same moment comes after what it ends, in whichever order they arrive', () => {
    const { happens, incidents } = town(rule);
    happens({ ...resolved, at: 5, seq: 1 });
    expect(changesIn(happens({ ...triggered, at: 5, seq: 2 }))).toEqual([]);
    expect(incidents.get('k:al_1')?.open).toBe(false);
  });

  test('ends nothing under another key', () => {
    const { happens } = town(rule);
    happens(triggered);
    expect(changesIn(happens({ ...resolved, alert: { id: 'al_2' } }))).toEqual([]);
  });
});

describe('out of scope', () => {
  const rule = {
    on: ['test.completed'],
    where: { tags: 'prod' },
    when: { inboxRate: { $lt: 0.8 } },
    key: 'k',
    resolveAfter: '6h',
  };
  const bad = { tags: ['prod'], inboxRate: 0.5 };

  test.each([
    ['does not match', { tags: ['dev'] }],
    ['cannot be known', {}],
  ])('what "where" %s touches no ring, timer or cause', (_, fields) => {
    const { happens, incidents } = town(rule);
    happens(bad);
    const before = incidents.get('k');
    for (const inboxRate of [0.9, 0.5]) {
      const routing = happens({ ...fields, inboxRate });
      expect(routing).toMatchObject({ expects: [], incidents: [], owed: [] });
      expect(verdictsIn(routing)).toEqual(['out-of-scope']);
    }
    expect(incidents.get('k')).toBe(before);
  });

  test('what is unknown opens and ends nothing, and restarts the quiet', () => {
    const { happens, incidents } = town(rule);
    expect(happens({ tags: ['prod'] }).incidents).toEqual([]);
    happens({ ...bad, at: 10 });
    const wakeAt = incidents.get('k')?.wakeAt ?? 0;
    expect(changesIn(happens({ tags: ['prod'], at: 11 }))).toEqual([]);
    expect(incidents.get('k')).toMatchObject({ open: true, wakeAt: wakeAt + 60_000 });
  });
});

describe('a key with a variable that the event lacks', () => {
  const rule = { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k:{{ mailSubject }}' };

  test('rings under the default key, and is marked', () => {
    const routing = town(rule).happens({ domain, inboxRate: 0.5 });
    expect(changesIn(routing)).toEqual(['inbox-check:r0:a.example#1 opened']);
    expect(routing.episodes[0]?.keyless).toBe(true);
    expect(routing.trace.rules[0]?.because).toContain('mailSubject');
  });

  test('clears nothing: it is unknown', () => {
    const { happens } = town(rule);
    happens({ domain, inboxRate: 0.5 });
    const routing = happens({ domain, inboxRate: 0.9 });
    expect(verdictsIn(routing)).toEqual(['unknown']);
    expect(routing.incidents).toEqual([]);
  });
});

describe('tests', () => {
  const rule = { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k', to: ['slack', 'pager'] };
  const bad = { inboxRate: 0.5 };

  test.each([
    ['marked by the sender', { live: false }],
    ["found by the source's filter", { isTest: true }],
  ])('%s, live apart, and page nobody', (_, mark) => {
    const { happens } = town(rule);
    const routing = happens({ ...bad, ...mark });
    expect(changesIn(routing)).toEqual(['test:k#1 opened']);
    expect(routing.episodes[0]?.test).toBe(true);
    expect(owedIn(routing)).toEqual(['open slack']);
    expect(changesIn(happens({ inboxRate: 0.9 }))).toEqual([]);
    expect(owedIn(happens({ inboxRate: 0.9, ...mark }))).toEqual(['end slack']);
  });

  test('are as live where the rule says so', () => {
    const routing = town({ ...rule, testEvents: 'as-live' }).happens({ ...bad, live: false });
    expect(changesIn(routing)).toEqual(['k#1 opened']);
    expect(routing.episodes[0]?.test).toBe(false);
    expect(owedIn(routing)).toEqual(['open slack', 'open pager']);
  });

  test('are not what a mailing is called: that pages', () => {
    const routing = town({ ...rule, key: '{{ mailSubject }}' }).happens({ ...bad, mailSubject: 'test:welcome' });
    expect(routing.episodes[0]?.test).toBe(false);
    expect(owedIn(routing)).toEqual(['open slack', 'open pager']);
  });

  test('have keys that fit', () => {
    const { happens } = town({ ...rule, key: '{{ mailSubject }}' });
    const routing = happens({ ...bad, live: false, mailSubject: 'n'.repeat(255) });
    expect(routing.incidents[0]?.key).toHaveLength(255);
  });
});

describe('a notice', () => {
  const rule = { on: ['domain.verified'], lifecycle: 'notice', to: ['slack', 'pager'] };
  const verified = { source: 'reachscore', type: 'domain.verified', domain };

  test('is told once for each delivery, rule and address, and is no incident', () => {
    const { happens } = town(rule, { ...rule, to: ['twin'] });
    const routing = happens(verified);
    expect(routing).toMatchObject({ expects: [], incidents: [] });
    expect(routing.episodes.map((each) => [each.key, each.kind])).toEqual([
      ['notice:reachscore:r0:dlv_1', 'notice'],
      ['notice:reachscore:r1:dlv_1', 'notice'],
    ]);
    expect(owedIn(routing)).toEqual(['notice slack', 'notice pager', 'notice twin']);
    expect(new Set([...routing.owed, ...happens(verified).owed].map((each) => each.id)).size).toBe(6);
  });

  test('is not told of what does not match, cannot be known, or only ends something', () => {
    const { happens } = town({ ...rule, on: ['domain.verification_failed'], when: { reason: 'dns' } });
    for (const fields of [{ reason: 'other' }, {}]) {
      expect(happens({ ...verified, type: 'domain.verification_failed', ...fields }).owed).toEqual([]);
    }
    expect(happens({ ...verified, reason: 'dns' }).owed).toEqual([]);
  });

  test('of a test pages nobody and is marked', () => {
    const routing = town(rule).happens({ ...verified, live: false });
    expect(owedIn(routing)).toEqual(['notice slack']);
    expect(routing.episodes[0]?.test).toBe(true);
  });
});
