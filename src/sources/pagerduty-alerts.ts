import { isObject, ownField } from './envelope.ts';
import { isText } from './field-reader.ts';
import type { AskAlerts, Asked, PageAlert, Unanswered } from './source.ts';

/** Of one question, with all its pages: it has to end well within the lease of a delivery. */
const withinMs = 5_000;
const perPage = 100;
/** A thousand alerts is what one incident may have: https://support.pagerduty.com/main/docs/alerts */
const mostPages = 10;
const mostBytes = 16 * 1024 * 1024;
/** So many questions at once at most, of 960 a minute that a key has: https://developer.pagerduty.com/docs/rate-limits */
const mostAtOnce = 8;
const pausedMs = { least: 1_000, most: 60_000, afterFailure: 5_000 };

export type AlertsSettings = {
  /** The host of the Events API: the REST API's stands beside it. */
  server: string;
  token: string;
  elapsedMs: () => number;
};

/**
 * Which keys a page at PagerDuty was told under, by the REST API: its webhooks carry none for what has alerts
 * (https://developer.pagerduty.com/api-reference/ under "List alerts for an incident").
 */
export function pagerDutyAlerts({ server, token, elapsedMs }: AlertsSettings): AskAlerts {
  const host = server.replace(/^events\./, 'api.');
  let atOnce = 0;
  let paused = { until: Number.NEGATIVE_INFINITY, reason: '' };

  function heed(asked: Asked): Asked {
    if (asked.kind !== 'later') return asked;
    const { least, most, afterFailure } = pausedMs;
    const restMs = Math.min(most, Math.max(least, asked.afterMs ?? afterFailure));
    paused = { until: elapsedMs() + restMs, reason: asked.reason };
    return { ...asked, afterMs: restMs };
  }

  return async (pageId, signal) => {
    // Of no other form are its ids, and nothing else becomes part of a path.
    if (!/^\w+$/.test(pageId)) return { kind: 'alerts', alerts: [] };
    const restMs = paused.until - elapsedMs();
    if (restMs > 0) return { kind: 'later', reason: paused.reason, afterMs: restMs };
    if (atOnce >= mostAtOnce) return { kind: 'later', reason: 'many are asked for already', afterMs: pausedMs.least };
    atOnce += 1;
    try {
      const url = `https://${host}/incidents/${encodeURIComponent(pageId)}/alerts`;
      return heed(await allPages(url, token, AbortSignal.any([signal, AbortSignal.timeout(withinMs)])));
    } finally {
      atOnce -= 1;
    }
  };
}

async function allPages(url: string, token: string, signal: AbortSignal): Promise<Asked> {
  const alerts: PageAlert[] = [];
  for (let page = 0; page < mostPages; page += 1) {
    const read = await onePage(`${url}?limit=${perPage}&offset=${page * perPage}`, token, signal);
    if ('kind' in read) return read;
    alerts.push(...read.alerts);
    if (!read.more) break;
  }
  return { kind: 'alerts', alerts };
}

type Read = { alerts: PageAlert[]; more: boolean };

async function onePage(url: string, token: string, signal: AbortSignal): Promise<Read | Unanswered> {
  try {
    const headers = { authorization: `Token token=${token}`, accept: 'application/json' };
    const response = await fetch(url, { headers, signal, redirect: 'manual' });
    const { status } = response;
    // What is not there has no alerts: another account's, most likely.
    if (status === 404) return { alerts: [], more: false };
    if (status === 200) return readAlerts(await boundedText(response));
    await response.body?.cancel();
    if (status === 429) return { kind: 'later', reason: 'PagerDuty answered 429', ...askedPause(response.headers) };
    if (status >= 500 || status === 408 || status < 400)
      return { kind: 'later', reason: `PagerDuty answered ${status}` };
    const hint = status === 401 || status === 403 ? ': PD_API_TOKEN has to be a key of this account that may read' : '';
    return { kind: 'refused', reason: `PagerDuty answered ${status}${hint}` };
  } catch (error) {
    return { kind: 'later', reason: `PagerDuty could not be asked (${codeOf(error)})` };
  }
}

/** Seconds, by either name: https://developer.pagerduty.com/docs/rate-limits */
function askedPause(headers: Headers): { afterMs?: number } {
  const seconds = Number(headers.get('retry-after') ?? headers.get('ratelimit-reset') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { afterMs: seconds * 1_000 } : {};
}

/** Alerts carry the details they were told with: many large ones are more than is worth holding. */
async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw Object.assign(new Error('too large'), { code: 'TOO_LARGE' });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readAlerts(text: string): Read | Unanswered {
  const root: unknown = JSON.parse(text);
  const list = isObject(root) ? ownField(root, 'alerts') : undefined;
  if (!isObject(root) || !Array.isArray(list)) return { kind: 'later', reason: 'PagerDuty answered no list of alerts' };
  return { alerts: list.flatMap(readAlert), more: ownField(root, 'more') === true };
}

function readAlert(alert: unknown): PageAlert[] {
  if (!isObject(alert)) return [];
  const key = ownField(alert, 'alert_key');
  const createdAt = Date.parse(String(ownField(alert, 'created_at')));
  return isText(key) ? [{ key, ...(Number.isFinite(createdAt) ? { createdAt } : {}) }] : [];
}

/** Codes and names alone: a text may hold what a proxy wrote. */
function codeOf(error: unknown): string {
  const { name, code, cause }: { name?: unknown; code?: unknown; cause?: unknown } = Object(error);
  const { code: deeper }: { code?: unknown } = Object(cause);
  const said = [deeper, code, name].find((each) => typeof each === 'string' && /^\w{1,60}$/.test(each));
  return String(said ?? 'unknown');
}
