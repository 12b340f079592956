import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/domain/filter/filter.ts';
import { compileTemplate, templateVariables } from '../../../src/domain/rules/template.ts';
import { anEvent, anyEvent } from '../events.ts';

const now = Date.parse('2026-03-02T10:30:00Z');
const event = anEvent({
  domain: 'news.example',
  inboxRate: 0.6176,
  score: 41.25,
  mailSubject: 'Spring <sale> & more',
  tags: ['eu', 'weekly'],
  providers: [{ provider: 'gmail', placement: 'spam' }],
});

function render(text: string, of = event): string {
  const problems: Problem[] = [];
  const template = compileTemplate(text, 'title', problems);
  expect(problems).toEqual([]);
  return template.render(of, now);
}

function faultsOf(text: string): string[] {
  const problems: Problem[] = [];
  compileTemplate(text, 'title', problems);
  return problems.map(({ message }) => message);
}

describe('a template', () => {
  test.each([
    ['{{ domain }} inbox rate {{ inboxRate | percent }}', 'news.example inbox rate 61.8%'],
    ['{{ inboxRate | percent: 0 }}', '62%'],
    ['{{ score | round }} {{ score | round: 1 }}', '41 41.3'],
    ['{{ occurredAt | ago }}', '2 h 30 min ago'],
    ['{{ occurredAt | date: "%Y-%m-%d %H:%M", "Europe/Berlin" }}', '2026-03-02 09:00'],
    ['{{ occurredAt | date: "%H:%M", "UTC" }}', '08:00'],
    ['{{ grade | default: "none" }}', 'none'],
    ['{{ value | default: 0 | round }}', '0'],
    ['{{ inboxRate | times: 100 | floor }} of {{ tags | size }}', '61 of 2'],
    ['{{ "now" | date: "%Y-%m-%d %H:%M" }}, {{ "today" | date: "%d", "UTC" }}', '2026-03-02 10:30, 02'],
    ['{{ "now" | date_to_string }}, {{ "now" | date_to_xmlschema }}', '02 Mar 2026, 2026-03-02T10:30:00+00:00'],
    ['{{ occurredAt | date: "%A %H:%M" }}', 'Monday 08:00'],
    ['{{ tags | join: ", " }}', 'eu, weekly'],
    ['{% for p in providers %}{{ p.provider }}: {{ p.placement }}{% endfor %}', 'gmail: spam'],
    ['{% if inboxRate < 0.7 %}low{% else %}fine{% endif %}', 'low'],
    ['{{ monitor.name }}!', '!'],
    ['{{ mailSubject }}', 'Spring <sale> & more'],
    ['  {{ domain }}\n', 'news.example'],
  ])('%s: %s', (text, rendered) => {
    expect(render(text)).toBe(rendered);
  });

  test.each([
    ['{{ domain | percent }}', /percent takes a number, not a string/],
    ['{{ grade | percent }}', /percent takes a number, not nothing/],
    ['{{ inboxRate | ago }}', /ago takes a moment/],
    ['{{ grade | round }}', /round takes a number, not nothing/],
    ['{{ domain | round }}', /round takes a number, not a string/],
    ['{{ inboxRate | times: value }}', /times takes a number, not nothing/],
    ['{{ value | minus: 1 }}', /minus takes a number, not nothing/],
    ['{{ reason | size }}', /size takes a list or a text, not nothing/],
    ['{{ data.rows | sum: "n" }}', /sum takes a list, not nothing/],
  ])('%s throws where the event does not suit it', (text, words) => {
    expect(() => render(text)).toThrow(words);
  });

  test.each([
    ['{{ domain', /not closed/],
    ['{% if domain %}', /not closed/],
    ['{{ tags | sample }}', /^there is no filter sample/],
    ['{{ domain | upcse }}', 'there is no filter upcse: did you mean upcase?'],
    ['{{ inboxRate | percnt }}', 'there is no filter percnt: did you mean percent?'],
    ['{{ domain | zzzzzzzzz }}', 'there is no filter zzzzzzzzz'],
    ['{{ domain | raw }}', 'there is no filter raw: each channel escapes by itself'],
    ['{{ domain | escape }}', 'there is no filter escape: each channel escapes by itself'],
    ['{% raw %}{{ domain }}{% endraw %}', 'there is no tag raw here'],
    ['{% include "package.json" %}', 'there is no tag include here'],
    ['{% render "package.json" %}', 'there is no tag render here'],
    ['{% layout "package.json" %}', 'there is no tag layout here'],
    ['x'.repeat(4_001), 'takes at most 4000 characters'],
  ])('%s is a fault', (text, words) => {
    expect(faultsOf(text)).toEqual([typeof words === 'string' ? words : expect.stringMatching(words)]);
  });

  test('knows nothing but the event', () => {
    expect(render('{{ constructor }}{{ toString }}{{ __proto__ }}{{ process }}{{ domain.constructor }}!')).toBe('!');
  });

  test('that would go on and on is stopped', () => {
    const text = '{% for a in (1..1000) %}{% for b in (1..1000) %}{{ mailSubject }}{% endfor %}{% endfor %}';
    expect(() => render(text)).toThrow(/limit/);
  });

  test('sees as much of the event as filters do', () => {
    const data = { html: 'x'.repeat(100_000), rows: Array.from({ length: 5_000 }, (_, i) => ({ n: i })), last: 'here' };
    const large = anEvent({ domain: 'news.example', data });
    expect(render('{{ data.last }}, {{ data.rows.size }}, {{ data.rows | map: "n" | last }}', large)).toBe(
      'here, 5000, 4999',
    );
    expect(render('{{ data.html | size }} {{ data.html | strip_html | truncate: 5 }}', large)).toBe('100000 xx...');
  });

  test('says so where what it reads is too large, and fails nothing else', () => {
    const large = anEvent({ domain: 'news.example', data: { html: 'é'.repeat(150_000), last: 'here' } });
    expect(() => render('{{ data.last }}', large)).toThrow(
      'data is too large for a template: 293 KiB, and at most 256',
    );
    expect(render('{{ domain }}', large)).toBe('news.example');
  });

  test.each([
    ['{% for i in (1..500) %}{{ data.html }}{% endfor %}'],
    ['{% capture a %}{% for i in (1..500) %}{{ data.html }}{% endfor %}{% endcapture %}{{ a | size }}'],
    ['{% for i in (1..500) %}{% echo data.html %}{% endfor %}'],
    ['{% for i in (1..500) %}{{ data.list }}{% endfor %}'],
  ])('is stopped when it says too much: %s', (text) => {
    const data = { html: 'x'.repeat(100_000), list: Array.from({ length: 10_000 }, () => 'xxxx') };
    expect(() => render(text, anEvent({ data }))).toThrow(/limit/);
  });

  test('throws, or says something, of any event', () => {
    const { render: filled } = compileTemplate('{{ domain }} {{ providers | map: "provider" | join }}', 't', []);
    fc.assert(
      fc.property(anyEvent, (any) => {
        let said: unknown;
        try {
          said = filled(any, now);
        } catch (error) {
          said = error instanceof Error ? error.message : error;
        }
        expect(said).toEqual(expect.any(String));
      }),
      { numRuns: 50 },
    );
  });
});

test('the variables of a template are what it reads of the event', () => {
  const text =
    '{% assign d = domain %}{{ d }}{% for t in tags %}{{ t }}{% endfor %}{{ monitor.name | default: grade }}';
  expect(templateVariables(text).sort()).toEqual([['domain'], ['grade'], ['monitor', 'name'], ['tags']]);
});
