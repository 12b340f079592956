import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../../src/domain/message/message.ts';
import { compileMessage, renderMessage } from '../../../src/domain/rules/rendered.ts';
import { anEvent, anyEvent } from '../events.ts';
import { town } from '../town.ts';

const now = Date.parse('2026-03-02T10:30:00Z');
const said = (
  message: Parameters<typeof compileMessage>[0],
  event = anEvent({ domain: 'a.example', inboxRate: 0.5 }),
) => renderMessage(compileMessage(message, 'message', []), event, now);

describe("a rule's own words", () => {
  test('are filled in from the event', () => {
    const message = {
      title: '{{ domain }} is low',
      text: 'Look\nhere.',
      fields: { Rate: '{{ inboxRate | percent }}' },
    };
    expect(said(message)).toEqual({
      rendered: { title: 'a.example is low', text: 'Look\nhere.', fields: [{ name: 'Rate', value: '50.0%' }] },
    });
  });

  test('that fail, or are empty, are left out, and the others stand', () => {
    const message = {
      title: '{{ domain | percent }}',
      text: '{{ reason }}',
      fields: { Grade: '{{ grade }}', Rate: '{{ score | percent }}', Domain: '{{ domain }}' },
    };
    expect(said(message)).toEqual({
      rendered: { fields: [{ name: 'Domain', value: 'a.example' }] },
      error: expect.stringMatching(
        /^title: percent takes a number, not a string.*; text: says nothing; fields\.Grade: says nothing; fields\.Rate: p/,
      ),
    });
    expect(said({ title: '{{ grade }} ' })).toEqual({ error: 'title: says nothing' });
  });

  test('are short: the title one line of 300, the text 2,000, a field 300', () => {
    const event = anEvent({ mailSubject: 'line\n'.repeat(1_000) });
    const every = '{{ mailSubject }}';
    const { rendered } = said({ title: every, text: every, fields: { A: every } }, event);
    expect(rendered?.title?.length).toBeLessThanOrEqual(301);
    expect(rendered?.title).not.toContain('\n');
    expect(rendered?.text).toHaveLength(2_001);
    expect(rendered?.fields?.[0]?.value).toHaveLength(301);
  });

  test('never stop anything, whatever the event', () => {
    const message = compileMessage(
      { title: '{{ inboxRate | percent }} {{ occurredAt | ago }}', text: '{{ data }} {{ tags | join }}' },
      'message',
      [],
    );
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(() => renderMessage(message, event, now)).not.toThrow();
      }),
      { numRuns: 100 },
    );
  });
});

describe('what is told', () => {
  const rule = { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k' };
  const bad = { domain: 'a.example', inboxRate: 0.5 };
  const told = (message: object, fields = {}) => {
    const routing = town({ ...rule, message }).happens({ ...bad, ...fields });
    const [episode] = routing.episodes;
    if (!episode) throw new Error('nothing opened');
    return { message: messageOf(episode), trace: routing.trace.rules[0] };
  };

  test('is what the rule says, and what tocsin says of the rest', () => {
    const { message } = told({ title: '{{ domain }}: low', text: 'Look at {{ mailSubject }}.', fields: { A: 'b' } });
    expect(message).toMatchObject({
      title: 'a.example: low',
      text: 'Look at .',
      facts: [{ name: 'A', value: 'b' }],
      severity: 'warning',
    });
  });

  test('is what tocsin says where the words of the rule fail, and the trace says why', () => {
    const { message, trace } = told({ title: '{{ grade | percent }}' });
    expect(message.title).toBe('a.example: inbox rate 50.0% (below 80.0%)');
    expect(message.facts).toContainEqual({ name: 'Domain', value: 'a.example' });
    expect(message).not.toHaveProperty('text');
    expect(trace?.template).toMatch(/^title: percent takes a number/);
  });

  test('of an open incident is said anew with each match, and stays as it was when it is over', () => {
    const { happens } = town({ ...rule, message: { title: '{{ inboxRate | percent }}' } });
    const titles = [0.5, 0.4, 0.9].map((inboxRate) => {
      const [episode] = happens({ ...bad, inboxRate }).episodes;
      return episode && messageOf(episode).title;
    });
    expect(titles).toEqual(['50.0%', '40.0%', '40.0%']);
  });

  test('of a notice is in the words of the rule too', () => {
    const { happens } = town({
      on: ['test.failed'],
      lifecycle: 'notice',
      message: { title: '{{ reason }}, {{ occurredAt | ago }}' },
    });
    const [episode] = happens({ type: 'test.failed', reason: 'gone', at: 0, received: 90 }).episodes;
    expect(episode && messageOf(episode).title).toBe('gone, 1 h 30 min ago');
  });
});
