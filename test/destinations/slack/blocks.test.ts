import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderForSlack, type Surroundings } from '../../../src/destinations/slack/blocks.ts';
import { shortForm } from '../../../src/destinations/slack/short-form.ts';
import type { Ending, Message } from '../../../src/domain/message/message.ts';
import { slackFault } from '../../fakes/fake-slack-limits.ts';
import { anyMessage } from '../any-message.ts';
import { madeEnding, madeMessage } from '../made-order.ts';

/** Every text of the attachment, as Slack gets it. */
function body(changes: Partial<Message>, around: Surroundings = {}): string {
  const blocks = renderForSlack(madeMessage(changes), around).attachments.flatMap((each) => each.blocks);
  return blocks
    .flatMap((block) =>
      block.type === 'section' ? block.text.text : block.type === 'context' ? block.elements[0].text : [],
    )
    .join('\n\n');
}

/** The id of what is told. */
const buttons = '0123456789abcdef01234567';

function headline(changes: Partial<Message>, around: Surroundings = {}): string {
  return renderForSlack(madeMessage(changes), around).text;
}

function colour(changes: Partial<Message>): string | undefined {
  return renderForSlack(madeMessage(changes)).attachments[0]?.color;
}

function ended(changes: Partial<Ending> = {}): Partial<Message> {
  return { state: 'resolved', end: madeEnding(changes) };
}

/** What Slack makes links, mentions and dates of, where nothing but our own dates and link may be. */
function markup(sent: string): string[] {
  const ours =
    /<!date\^-?\d+\^\{date_short_pretty\} at \{time\}\|[-+\d: ]+ UTC>|<https:\/\/slack\.com\/p1\|episode 1>/g;
  return sent.replaceAll(ours, '').match(/[<>]|&(?!amp;|lt;|gt;)/g) ?? [];
}

describe('a message in Slack', () => {
  it('shows what people need', () => {
    expect(body({})).toBe(
      [
        '*Inbox rate:* 62 % (below 80 %)\n*Subject:* Your &lt;weekly&gt; news &amp; more\n*Authentication:* dmarc: fail',
        '*Inbox* 62 · *Promo* 8 · *Spam* 20 · *Missing* 10 of 100\n```\ngmail    spam ×2\noutlook  inbox\n```',
        'inbox-check · rule inbox-rate-low\n' +
          '<!date^1785585570^{date_short_pretty} at {time}|2026-08-01 11:59 UTC> · delivery whd_0001\n' +
          'key placement:acme.example',
      ].join('\n\n'),
    );
  });

  it('names neither delivery nor rule where tocsin itself speaks', () => {
    const own = { state: 'notice' as const, source: 'tocsin', rules: ['tocsin'], deliveryId: 'made-up' };
    expect(body(own).split('\n\n').at(-1)).toBe(
      'tocsin\n<!date^1785585570^{date_short_pretty} at {time}|2026-08-01 11:59 UTC>',
    );
    expect(shortForm(madeMessage(own)).text.split('\n')).toHaveLength(1);
  });

  it('says what the rule says in a paragraph of its own, line by line and escaped', () => {
    const shown = body({ text: 'Hold the <next> mailing.\nAsk @growth.', facts: [], failedAuth: [] });
    expect(shown.split('\n\n')[0]).toBe('Hold the &lt;next&gt; mailing.\nAsk @growth.');
    const long = body({ text: 'long '.repeat(2_000) }).split('\n\n')[0] ?? '';
    expect(long).toMatch(/^(?:long )+.*…$/);
    expect(long.length).toBeLessThanOrEqual(2_000);
  });

  it('begins with how bad it is, in the notification and in the channel', () => {
    const { text, blocks } = renderForSlack(madeMessage({ severity: 'critical' }));
    expect(text).toBe('Critical: acme.example inbox rate 62 %');
    expect(blocks).toMatchObject([{ text: { text: '*Critical:* acme.example inbox rate 62 %' } }]);
  });

  it('has a colour for each severity', () => {
    const colours = (['critical', 'error', 'warning', 'info'] as const).map((severity) => colour({ severity }));
    expect(new Set(colours).size).toBe(4);
  });

  it('is green and says how it ended and how long it lasted, when it is over', () => {
    expect(headline(ended())).toMatch(/^Resolved: /);
    expect(colour(ended())).toBe('#2eb67d');
    expect(body(ended())).toMatch(/^\*Ended:\* recovered: inbox rate 91.0%\n\*Lasted:\* 2 h 5 min, until <!date\^/);
  });

  it('says that what it shows was so before it was over', () => {
    expect(body(ended())).toContain('\n\n_Before it ended:_\n*Inbox rate:* 62 %');
    expect(body({ ...ended(), facts: [], failedAuth: [] })).not.toContain('Before it ended');
  });

  it('says what was said when it was resolved by hand', () => {
    const over = ended({ why: 'by-hand', words: 'resolved by <@U1>', comment: 'DNS was <wrong>' });
    expect(colour(over)).toBe('#2eb67d');
    expect(body(over)).toContain('resolved by &lt;@U1&gt;\n');
    expect(body(over)).toContain('*Comment:* DNS was &lt;wrong&gt;\n');
  });

  it('is grey and does not say "resolved" where the end is not confirmed', () => {
    const over = ended({ why: 'quiet', confirmed: false, words: 'nothing heard for 6 h, not confirmed' });
    expect(headline(over)).toMatch(/^Ended: /);
    expect(colour(over)).toBe('#868686');
    expect(body(over)).toContain('nothing heard for 6 h, not confirmed');
  });

  it('marks a test', () => {
    expect(headline({ test: true })).toBe('[TEST] Warning: acme.example inbox rate 62 %');
  });

  it('says that it is the severity of now, where another was posted before', () => {
    expect(headline({ severity: 'critical' }, { anew: true })).toBe('Now critical: acme.example inbox rate 62 %');
  });

  it('marks a key that had a missing value', () => {
    expect(body({ keyless: true })).toContain('Its key had a missing value');
  });

  it('says who has it, who snoozed it, and what they said, while it is open', () => {
    const people = {
      acknowledged: { by: 'on-call <@U1>', at: 0, comment: '<!channel> looking' },
      snoozed: { by: 'on-call', at: 0, until: 0 },
    };
    expect(body(people)).toMatch(/^\*Acknowledged\* by on-call &lt;@U1&gt;, <!date\^0\^.*: &lt;!channel&gt; looking\n/);
    expect(body(people)).toContain('*Snoozed* by on-call until <!date^0^');
    expect(body({ ...people, ...ended() })).not.toContain('nowledged');
  });

  it('says whom it stands in for', () => {
    expect(body({ standsInFor: 'on-call' })).toContain('*Stands in for* on-call, which could not be told.');
  });

  it('says that it is open again, and links what was told of it before', () => {
    expect(body({ number: 1 })).not.toContain('Reopened');
    expect(body({ number: 3 })).toContain('*Reopened:* episode 3\n');
    const before = '<https://acme.slack.com/archives/C1/p1754049570000100|episode 2>';
    expect(body({ number: 3 }, { before })).toContain(`*Reopened:* episode 3, after ${before}`);
  });

  it('names the providers where something went wrong first', () => {
    const fine = Array.from({ length: 20 }, (_, i) => ({ provider: `fine-${i}`, placement: 'inbox' }));
    const table = body({ providers: [...fine, { provider: 'bad', placement: 'missing' }] });
    expect(table).toContain('```\nbad      missing\nfine-0   inbox');
  });

  it('counts the providers it has no room for', () => {
    const providers = Array.from({ length: 400 }, (_, i) => ({ provider: `provider-${i}`, placement: 'spam' }));
    expect(body({ providers })).toContain('provider-14  spam\nand 385 more\n```');
  });

  it('keeps the lines of its table short enough for a phone', () => {
    const providers = [{ provider: 'p'.repeat(90), placement: 's'.repeat(90) }];
    const table = body({ providers, counts: undefined as never }).split('```')[1] ?? '';
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it('cannot be made to end its table from outside', () => {
    const text = body({ providers: [{ provider: '```\n*bold*', placement: '`' }] });
    expect(text.split('```')).toHaveLength(3);
  });

  it('keeps a value from outside on one line', () => {
    expect(body({ facts: [{ name: 'Reason', value: 'a\n*Ended:* over\u2028\u0000\u202eb' }] })).toContain(
      '*Reason:* a *Ended:* over b',
    );
  });

  it('cuts neither a pair of surrogates nor an entity in two', () => {
    for (let length = 560; length < 620; length += 1) {
      const text = headline({ title: `${'x'.repeat(length)}😀&&😀&` });
      expect(text.isWellFormed()).toBe(true);
      expect(text.replaceAll('&amp;', '')).not.toContain('&');
    }
  });

  it('can be acted on while it is open, where somebody hears it; when it is over, it says why', () => {
    const words = (changes: Partial<Message>) => {
      const blocks = renderForSlack(madeMessage(changes), { buttons }).attachments.flatMap((each) => each.blocks);
      const elements = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
      return elements.map((each) => ('text' in each ? each.text.text : each.placeholder.text));
    };
    expect(words({})).toEqual(['Acknowledge', 'Resolve', 'Snooze', 'Why?']);
    expect(words(ended())).toEqual(['Why?']);
    expect(words({ state: 'notice' })).toEqual(['Why?']);
    expect(words({ state: 'notice', source: 'tocsin' })).toEqual([]);
    expect(JSON.stringify(renderForSlack(madeMessage()))).not.toContain('"actions"');
  });

  it('is within every limit of Slack and leaves no markup from outside alive, whatever the message', () => {
    const before = '<https://slack.com/p1|episode 1>';
    fc.assert(
      fc.property(anyMessage, fc.boolean(), (message, anew) => {
        const around = { before, anew, buttons };
        for (const rendering of [renderForSlack(message, around), shortForm(message, around)]) {
          const sent = JSON.stringify(rendering);
          expect(slackFault('post', rendering)).toBeUndefined();
          expect(slackFault('update', rendering)).toBeUndefined();
          expect(sent.length).toBeLessThanOrEqual(15_000);
          expect(() => encodeURIComponent(rendering.text)).not.toThrow();
          expect(markup(sent)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(['"', '&', '\\', '漢', '😀', '\ud83d'])(
    'is within every limit where each of its texts is far too much of %j',
    (unit) => {
      const text = unit.repeat(20_000);
      const person = { by: text, at: 8.64e15, comment: text };
      const message = madeMessage({
        ...{ key: text, number: 1e9, title: text, test: true, keyless: true, standsInFor: text, source: text },
        facts: Array(40).fill({ name: text, value: text }),
        providers: Array.from({ length: 40 }, (_, i) => ({ provider: `${i}${text}`, placement: text })),
        counts: { inbox: 1e9, promo: 1e9, spam: 1e9, missing: 1e9, total: 1e9 },
        ...{ failedAuth: [text], deliveryId: text, rules: [text, text] },
        acknowledged: person,
        snoozed: { ...person, until: 8.64e15 },
      });
      const end = madeEnding({ words: text, by: text, comment: text, recovered: text });
      for (const worst of [message, { ...message, state: 'resolved' as const, end }]) {
        const rendering = renderForSlack(worst, { before: '<https://slack.com/p1|episode 1>', buttons });
        expect(slackFault('update', rendering)).toBeUndefined();
        expect(JSON.stringify(rendering).length).toBeLessThanOrEqual(15_000);
        expect(slackFault('update', shortForm(worst))).toBeUndefined();
      }
    },
  );
});

describe('the short form', () => {
  it('is a few plain lines', () => {
    const acknowledged = { by: 'on-call <@U1>', at: 0, comment: 'looking' };
    const snoozed = { by: 'on-call', at: 0, until: Date.UTC(2026, 7, 1, 14, 0) };
    expect(shortForm(madeMessage({ acknowledged, snoozed, standsInFor: 'pager', keyless: true }))).toEqual({
      text: [
        'Warning: acme.example inbox rate 62 %',
        'Acknowledged by on-call &lt;@U1&gt;: looking',
        'Snoozed by on-call until 2026-08-01 14:00 UTC',
        'Stands in for pager, which could not be told',
        'Its key had a missing value: it goes by its default key',
        'key placement:acme.example · delivery whd_0001',
      ].join('\n'),
    });
  });

  it('says how it ended', () => {
    const end = madeEnding({ comment: 'DNS was <wrong>' });
    expect(shortForm(madeMessage({ state: 'resolved', end })).text.split('\n')).toEqual([
      'Resolved: acme.example inbox rate 62 %',
      'Ended after 2 h 5 min: recovered: inbox rate 91.0%',
      'Comment: DNS was &lt;wrong&gt;',
      'key placement:acme.example · delivery whd_0001',
    ]);
  });

  it('links what was told before', () => {
    const before = '<https://acme.slack.com/archives/C1/p1754049570000100|episode 1>';
    expect(shortForm(madeMessage({ number: 2 }), { before }).text).toContain(
      `\nReopened: episode 2, after ${before}\n`,
    );
  });
});
