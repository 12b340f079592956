import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderForSlack } from '../../../src/destinations/slack/blocks.ts';
import type { Message } from '../../../src/domain/message.ts';
import { slackFault } from '../../fakes/fake-slack-limits.ts';
import { anyMessage } from '../any-message.ts';
import { madeMessage } from '../made-order.ts';

/** Every text of the attachment, as Slack gets it. */
function body(changes: Partial<Message>): string {
  const [{ blocks }] = renderForSlack(madeMessage(changes)).attachments;
  return blocks.map((block) => (block.type === 'section' ? block.text.text : block.elements[0].text)).join('\n\n');
}

function headline(changes: Partial<Message>): string {
  return renderForSlack(madeMessage(changes)).text;
}

function colour(changes: Partial<Message>): string {
  return renderForSlack(madeMessage(changes)).attachments[0].color;
}

function ended(why: 'cleared' | 'quiet' | 'by-hand' | 'orphaned', words: string): Partial<Message> {
  return { state: 'resolved', end: { at: Date.UTC(2026, 7, 1, 14, 5), why, words } };
}

describe('a message in Slack', () => {
  it('shows what people need', () => {
    expect(body({})).toBe(
      [
        '*Inbox rate:* 62 % (below 80 %)\n*Subject:* Your &lt;weekly&gt; news &amp; more\n*Authentication:* dmarc: fail',
        '*Inbox* 62 · *Promo* 8 · *Spam* 20 · *Missing* 10 of 100\n```\ngmail    spam ×2\noutlook  inbox\n```',
        'inbox-check · rule inbox-rate-low\n' +
          '<!date^1785585570^{date_short_pretty} at {time}|2026-08-01 11:59 UTC> · delivery whd_0001',
      ].join('\n\n'),
    );
  });

  it('begins with how bad it is', () => {
    expect(headline({ severity: 'critical' })).toBe('Critical: acme.example inbox rate 62 %');
  });

  it('has a colour for each severity', () => {
    const colours = (['critical', 'error', 'warning', 'info'] as const).map((severity) => colour({ severity }));
    expect(new Set(colours).size).toBe(4);
  });

  it('is green and says how it ended and how long it lasted, when it is over', () => {
    const over = ended('cleared', 'recovered: inbox rate 91.0%');
    expect(headline(over)).toMatch(/^Resolved: /);
    expect(colour(over)).toBe('#2eb67d');
    expect(body(over)).toMatch(/^\*Ended:\* recovered: inbox rate 91.0%\n\*Lasted:\* 2 h 5 min, until <!date\^/);
  });

  it.each(['quiet', 'orphaned'] as const)(
    'is grey and does not say "resolved" where the end is not confirmed: %s',
    (why) => {
      const over = ended(why, 'nothing heard for 6 h, not confirmed');
      expect(headline(over)).toMatch(/^Ended: /);
      expect(colour(over)).toBe('#868686');
      expect(body(over)).toContain('nothing heard for 6 h, not confirmed');
    },
  );

  it('marks a test', () => {
    expect(headline({ test: true })).toBe('[TEST] Warning: acme.example inbox rate 62 %');
  });

  it('marks a key that had a missing value', () => {
    expect(body({ keyless: true })).toContain('its key had a missing value'.replace('its', 'Its'));
  });

  it('says who has it and who snoozed it, while it is open', () => {
    const people = { acknowledged: { by: 'on-call <@U1>', at: 0 }, snoozed: { by: 'on-call', until: 0 } };
    expect(body(people)).toContain('*Acknowledged* by on-call &lt;@U1&gt;, <!date^0^');
    expect(body(people)).toContain('*Snoozed* by on-call until <!date^0^');
    expect(body({ ...people, ...ended('cleared', 'over') })).not.toContain('nowledged');
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

  it('is within every limit of Slack and leaves no markup from outside alive, whatever the message', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const rendering = renderForSlack(message);
        const sent = JSON.stringify(rendering);
        expect(slackFault('post', rendering)).toBeUndefined();
        expect(slackFault('update', rendering)).toBeUndefined();
        expect(sent.length).toBeLessThanOrEqual(15_000);
        expect(() => encodeURIComponent(rendering.text)).not.toThrow();
        expect(sent.replaceAll(/<!date\^-?\d+\^\{date_short_pretty\} at \{time\}\|[-+\d: ]+ UTC>/g, '')).not.toMatch(
          /[<>]/,
        );
        expect(sent).not.toMatch(/&(?!amp;|lt;|gt;)/);
      }),
      { numRuns: 300 },
    );
  });
});
