import type { Episode } from '../../domain/incident/incident.ts';
import type { History } from '../history.ts';
import { episodePrefix } from './change-arguments.ts';
import { incidentsOf } from './incidents.ts';
import { newestIn, pageOf } from './newest.ts';
import type { NotificationRow } from './notification-row.ts';
import { type AttemptRow, notificationHistoryOf } from './notification-views.ts';
import { readMs, type Store } from './store.ts';

/** As many episodes and notifications of an incident are shown. */
const shownOfEach = 100;

/** Incidents with all that belongs to them, for people. */
export function incidentViews(store: Store): Pick<History, 'listIncidents' | 'findIncident'> {
  const newest = newestIn(store);
  const find = store.script('find-incident');

  return {
    async listIncidents({ limit, after, open }) {
      const columns =
        open === undefined ? ['incidents_open', 'incidents_over'] : [open ? 'incidents_open' : 'incidents_over'];
      const page = pageOf(await newest(columns, after, limit + 1), limit, ([, change]) => change);
      const keys = page.items.map(([key]) => key);
      const found =
        keys.length > 0 ? await store.read((client) => client.hmget(store.column('incident'), ...keys)) : [];
      return { ...page, items: incidentsOf(found) };
    },

    async findIncident(key) {
      const reply = await find([key, episodePrefix(key), shownOfEach], { withinMs: readMs });
      const [incident, episodes, notifications] = reply as IncidentReply;
      if (incident === null && episodes.length === 0 && notifications.length === 0) return undefined;
      return {
        incident: incidentsOf([incident])[0],
        episodes: episodes.map((json) => JSON.parse(json) as Episode),
        notifications: notifications.map(notificationHistoryOf),
      };
    },
  };
}

type IncidentReply = [string | null, string[], [NotificationRow, AttemptRow[]][]];
