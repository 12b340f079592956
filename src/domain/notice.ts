import type { Episode, Severity } from './incident/incident.ts';
import { askedTestKey } from './incident/lane.ts';
import { saidByRule } from './incident/said-by-rule.ts';
import type { Judgement } from './judge.ts';
import type { Judged } from './routing.ts';
import { fittingKey } from './telling/notification.ts';

/** What is told once about one delivery by one rule: no incident, no end. */
export function noticeOf(judgement: Judgement, judged: Judged, now: number): Episode {
  const { rule, key } = judgement;
  const { delivery, normalised } = judged;
  const lane = key?.startsWith('test:') ? 'test:' : '';
  return {
    key: fittingKey(`${lane}notice:${delivery.source}:${rule.id}:${delivery.id}`),
    number: 1,
    kind: 'notice',
    revision: 1,
    openedAt: now,
    severity: rule.severityOf(normalised.event),
    said: saidByRule(judgement, judged),
    firing: [{ rule: rule.id, source: delivery.source }],
    test: lane !== '',
    keyless: false,
  };
}

/** A word to the owner about tocsin's own trouble: told once for each `about`. */
export function ownerNotice(trouble: { about: string; words: string; severity: Severity; now: number }): Episode {
  const { about, words, severity, now } = trouble;
  return {
    key: fittingKey(`owner:${about}`),
    number: 1,
    kind: 'notice',
    revision: 1,
    openedAt: now,
    severity,
    said: {
      rule: 'tocsin',
      event: {
        id: about,
        source: 'tocsin',
        type: 'tocsin.trouble',
        occurredAt: new Date(now).toISOString(),
        live: true,
        reason: words,
      },
      tripped: [],
    },
    firing: [],
    test: false,
    keyless: false,
  };
}

/** A word that somebody asked for, to see whether it arrives. `words` are all that there is to say. */
export function testNotice({ about, words, now }: { about: string; words: string; now: number }): Episode {
  const { said, ...notice } = ownerNotice({ about, words, severity: 'info', now });
  const { reason: _reason, ...event } = said.event;
  return {
    ...notice,
    key: askedTestKey(about),
    test: true,
    said: { ...said, event: { ...event, type: 'tocsin.test' }, rendered: { title: words, fields: [] } },
  };
}
