import type { IncomingMessage } from 'node:http';
import type { FakeIncident } from './fake-pagerduty.ts';
import type { FakeAnswer } from './faults.ts';

/** `GET /incidents/{id}/alerts`, as PagerDuty's REST API pages it. */
export function alertsOf(
  incidents: readonly FakeIncident[],
  request: IncomingMessage,
  apiToken: string | undefined,
): FakeAnswer {
  if (apiToken === undefined || request.headers.authorization !== `Token token=${apiToken}`) {
    return { status: 401, body: JSON.stringify({ error: { message: 'Unauthorized', code: 2006 } }) };
  }
  const url = new URL(request.url ?? '', 'https://api.pagerduty.com');
  const id = /^\/incidents\/([^/]+)\/alerts$/.exec(url.pathname)?.[1];
  const all = incidents.filter((each) => each.pageId === id);
  if (all.length === 0) return { status: 404, body: JSON.stringify({ error: { message: 'Not Found', code: 2100 } }) };
  const limit = Number(url.searchParams.get('limit') ?? 25);
  const offset = Number(url.searchParams.get('offset') ?? 0);
  const alerts = all.slice(offset, offset + limit).map((each) => ({
    type: 'alert',
    alert_key: each.dedupKey,
    created_at: new Date(each.createdAt).toISOString(),
    status: each.status === 'resolved' ? 'resolved' : 'triggered',
    severity: each.severity,
  }));
  return { status: 200, body: JSON.stringify({ alerts, limit, offset, more: offset + limit < all.length }) };
}
