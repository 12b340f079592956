import type { Ways } from '../../src/domain/telling/notification.ts';

/** Messages are edited, and nothing else. */
export const edited: Ways = {
  edits: true,
  folds: false,
  finds: false,
  threads: false,
  acknowledges: false,
  editEveryMs: 0,
  fallbackAfterMs: 600_000,
};
/** As Slack is told by a bot. */
export const threaded: Ways = { ...edited, finds: true, threads: true, editEveryMs: 10_000 };
/** As Slack is told by an incoming webhook. */
export const posted: Ways = { ...edited, edits: false };
/** As PagerDuty is told. */
export const folded: Ways = { ...edited, folds: true, acknowledges: true, fallbackAfterMs: 120_000 };
