import { expect, test } from 'vitest';
import type { Answer } from '../../src/domain/incident/answer.ts';
import { freshIncident } from '../../src/domain/incident/settle.ts';
import { attemptsKept } from '../../src/ledger/history.ts';
import { findPaged } from '../../src/pipeline/find-paged.ts';
import { anEpisode } from '../domain/episodes.ts';
import { minute } from './open-store.ts';

const key = 'placement:news.example.com';
const openedAt = Date.parse('2026-03-02T08:00:00Z');

function attempt(nth: number) {
  const number = 1_000 + nth;
  return { act: 'update' as const, result: 'told' as const, number, startedAt: openedAt + number * minute };
}

/** Told, and then told of so many changes that only the last attempts are kept. */
const ledger = {
  findIncident: async () => ({
    incident: { ...freshIncident(key), open: true, episode: 2, revision: 9 },
    episodes: [anEpisode({ key, number: 2, openedAt }), anEpisode({ key, openedAt: openedAt - 90 * minute })],
    notifications: [
      {
        id: 'n2',
        key,
        number: 2,
        address: 'pagerduty:made',
        destination: 'pager',
        state: 'settled' as const,
        told: { opened: 'yes' as const, parts: [], since: 1 },
        owedRevision: 9,
        owedSince: openedAt,
        dueAt: openedAt,
        failures: 0,
        attempts: [...Array(attemptsKept).keys()].map(attempt),
      },
    ],
  }),
  listIncidents: async () => ({ items: [] }),
};

const acknowledged = (at: number): Answer => ({
  type: 'incident.acknowledged',
  what: 'acknowledged',
  at,
  by: 'ann',
  page: { id: 'Q1' },
  key,
  notes: [],
});

test('a page that was told before any attempt that is still kept stands for its episode from the beginning', async () => {
  const { paged } = await findPaged(acknowledged(openedAt + minute), undefined, ledger);
  expect(paged).toMatchObject([{ episode: 2, there: 'pagerduty:made' }]);
  expect(paged[0]).not.toHaveProperty('doneAt');
  const before = await findPaged(acknowledged(openedAt - 2 * minute), undefined, ledger);
  expect(before.paged).toMatchObject([{ episode: undefined }]);
});
