import type { Answer } from '../domain/incident/answer.ts';
import { fittingText } from '../domain/incident/said.ts';
import { isIdentity, isObject, noIdentity, ownField, readEnvelope } from './envelope.ts';
import { given, occurredAt } from './event-fields.ts';
import { type FieldReader, fieldReader, isText } from './field-reader.ts';
import { pagerDutyFixture, pagerDutyTypes } from './pagerduty-fixtures.ts';
import { hexSignature, hmac, verifySignatures } from './signature.ts';
import type { AnswerType, HookRequest, Identified } from './source.ts';

const signatureHeader = 'x-pagerduty-signature';

/**
 * PagerDuty's webhooks v3: the raw body signed alone, once for each secret of the subscription, as `v1=<hex>`
 * (https://developer.pagerduty.com/docs/verifying-webhook-signatures). No moment is signed: what comes again is known
 * by its id.
 */
export const pagerDuty: AnswerType = {
  type: 'pagerduty',
  // Three events in a row that are answered 4xx switch the subscription off for a day:
  // https://developer.pagerduty.com/docs/webhooks-behavior
  faults: 'taken',
  fields: { id: 'event.id', type: 'event.event_type', occurredAt: 'event.occurred_at' },
  defaultMaxAgeMs: undefined,

  verify: (request, settings) => verifySignatures(signaturesOf(request), [request.body], settings.secrets),

  identify({ body }): Identified {
    const envelope = readEnvelope(body);
    if (!envelope.ok) return unreadable(envelope.reason);
    const event = ownField(envelope.root, 'event');
    if (!isObject(event)) return unreadable('event is not an object');
    const id = ownField(event, 'id');
    const type = ownField(event, 'event_type');
    if (!isIdentity(id)) return unreadable(noIdentity('event.id', id));
    if (isIdentity(type)) return { ok: true, id, type };
    return unreadable(noIdentity('event.event_type', type));
  },

  answer({ body, receivedAt }): Answer {
    const envelope = readEnvelope(body);
    if (!envelope.ok) throw new Error(envelope.reason);
    const read = fieldReader(envelope.root);
    const type = read.identity('event.event_type') ?? '';
    const at = Date.parse(occurredAt(read, 'event.occurred_at', receivedAt));
    const page = pageOf(read, type);
    const what = page ? whatIn(read, type) : 'nothing';
    const about = page
      ? given({ page, key: read.text('event.data.incident_key'), mergedInto: mergedInto(read), by: personIn(read) })
      : {};
    return { type, what, at, ...about, notes: [...read.notes] };
  },

  documentedTypes: pagerDutyTypes,
  fixture: pagerDutyFixture,

  sign: (body, secret) => ({
    body,
    headers: { 'content-type': 'application/json', [signatureHeader]: `v1=${hmac(secret, [body]).toString('hex')}` },
  }),
};

/** Those of other versions are passed over. */
function signaturesOf(request: HookRequest): Buffer[] {
  const each = (request.headers[signatureHeader] ?? '').split(',').map((text) => text.trim());
  return each.flatMap((text) => (text.startsWith('v1=') ? (hexSignature(text.slice(3)) ?? []) : []));
}

function unreadable(reason: string): Identified {
  return { ok: false, code: 'unreadable', reason };
}

const words = {
  'incident.acknowledged': 'acknowledged',
  'incident.unacknowledged': 'unacknowledged',
  'incident.resolved': 'resolved',
  'incident.reopened': 'reopened',
} as const;

/** A merge resolves what was merged, in the name of whoever merged it: its alerts are open elsewhere. */
function whatIn(read: FieldReader, type: string): Answer['what'] {
  const what = Object.hasOwn(words, type) ? words[type as keyof typeof words] : 'news';
  return what === 'resolved' && read.object('event.data.resolve_reason') ? 'merged' : what;
}

function mergedInto(read: FieldReader): string | undefined {
  return read.identity('event.data.resolve_reason.incident.id');
}

/** Of a note, a responder or a service there is none. */
function pageOf(read: FieldReader, type: string): Answer['page'] {
  if (!type.startsWith('incident.') || read.text('event.data.type') !== 'incident') return undefined;
  const id = read.identity('event.data.id');
  const page = {
    number: read.count('event.data.number'),
    url: urlIn(read.text('event.data.html_url')),
    priority: nameIn(read.text('event.data.priority.summary')),
    assigned: assignedIn(read),
  };
  return id === undefined ? undefined : { id, ...given(page) };
}

const longestUrl = 500;

function urlIn(text: string | undefined): string | undefined {
  const isUrl = text !== undefined && text.length <= longestUrl && /^https:\/\//.test(text) && URL.canParse(text);
  return isUrl ? new URL(text).href : undefined;
}

const mostAssigned = 5;

function assignedIn(read: FieldReader): string | undefined {
  const names = read.list('event.data.assignees', 'somebody with a name', (each) => {
    const name = isObject(each) ? ownField(each, 'summary') : undefined;
    return isText(name) ? nameIn(name) : undefined;
  });
  return names?.slice(0, mostAssigned).join(', ') || undefined;
}

/** An integration, a service or a workflow is no person; neither is nobody. */
function personIn(read: FieldReader): string | undefined {
  if (!/^user(_reference)?$/.test(read.text('event.agent.type') ?? '')) return undefined;
  const name = nameIn(read.text('event.agent.summary')) ?? nameIn(read.text('event.agent.id')) ?? 'somebody';
  return `${name} (PagerDuty)`;
}

const longestName = 60;

/** One line: names come from outside, and are shown in a terminal as well. */
function nameIn(text: string | undefined): string | undefined {
  const name = text?.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return name ? fittingText(name, longestName) : undefined;
}
