import type { Event } from '../domain/event.ts';
import { identifyEnvelope, isObject, ownField, readEnvelope } from './envelope.ts';
import {
  anyGiven,
  domain,
  given,
  normalised,
  occurredAt,
  type Placement,
  rawData,
  share,
  undocumentedFields,
} from './event-fields.ts';
import { type FieldReader, fieldReader, isText } from './field-reader.ts';
import { inboxCheckFixture, inboxCheckTypes } from './inbox-check-fixtures.ts';
import { hexSignature, hmac, verifyAge, verifySignature } from './signature.ts';
import type { HookRequest, SourceType } from './source.ts';

const fields = { id: 'deliveryId', type: 'event', occurredAt: 'createdAt' } as const;

/** Inbox Check signs the raw body alone, as `sha256=<hex>`, and writes camelCase. */
export const inboxCheck: SourceType = {
  type: 'inbox-check',
  traits: { states: ['test.completed'], endings: {}, documented: inboxCheckTypes, lacks: ['score', 'grade'] },
  faults: 'refused',
  // A retry six hours later may carry the first attempt's timestamp: an age check would refuse the sender's own retries.
  defaultMaxAgeMs: undefined,

  verify(request, settings, nowMs) {
    if (settings.maxAgeMs !== undefined) {
      const age = verifyAge(request.headers['x-ic-timestamp'], settings.maxAgeMs, nowMs);
      if (!age.ok) return age;
    }
    return verifySignature(signatureOf(request), [request.body], settings.secrets);
  },

  identify: (request) =>
    identifyEnvelope(request, {
      id: fields.id,
      type: fields.type,
      idHeader: 'x-ic-delivery',
      typeHeader: 'x-ic-event',
    }),

  normalise({ source, body, receivedAt }) {
    const envelope = readEnvelope(body);
    if (!envelope.ok) throw new Error(envelope.reason);
    const read = fieldReader(envelope.root);
    const type = read.identity(fields.type) ?? '';
    const event: Event = {
      id: read.identity(fields.id) ?? '',
      source,
      type,
      occurredAt: occurredAt(read, fields.occurredAt, receivedAt),
      // A fired fixture carries no mark: nothing this sender says tells a test from the real thing.
      live: true,
      ...given({
        ...undocumentedFields(read, type),
        ...documentedFields(read, type),
        data: rawData(read, ownField(envelope.root, 'data')),
      }),
    };
    return normalised(event, read);
  },

  documentedTypes: inboxCheckTypes,
  fields,
  fixture: inboxCheckFixture,

  sign: (body, secret, at) => ({
    body,
    headers: {
      'content-type': 'application/json',
      'x-ic-event': at.type,
      'x-ic-delivery': at.id,
      'x-ic-timestamp': String(Math.floor(at.atMs / 1000)),
      'x-ic-signature': `sha256=${hmac(secret, [body]).toString('hex')}`,
    },
  }),
};

const prefix = 'sha256=';

function signatureOf(request: HookRequest): Buffer | undefined {
  const signature = request.headers['x-ic-signature'];
  return signature?.startsWith(prefix) ? hexSignature(signature.slice(prefix.length)) : undefined;
}

function documentedFields(read: FieldReader, type: string) {
  const testId = type.startsWith('test.') ? testIdOf(read) : undefined;
  return {
    domain: domain(read, ['data.senderDomain', 'data.domain', 'data.from_address']),
    test: testId === undefined ? undefined : { id: testId },
    mailSubject: type.startsWith('test.') ? read.field('mailSubject', () => read.text('data.subject')) : undefined,
    ...read.fields(['counts', 'spamRate', 'missingRate'], () => counted(read)),
    inboxRate: read.field('inboxRate', () => read.rate('data.summary.inboxRate')),
    auth: anyGiven({
      spf: read.field('auth.spf', () => read.text('data.auth.spf.result')),
      dkim: read.field('auth.dkim', () => read.text('data.auth.dkim.result')),
      dmarc: read.field('auth.dmarc', () => read.text('data.auth.dmarc.result')),
      aligned: read.field('auth.aligned', () => read.flag('data.auth.dmarc.aligned')),
    }),
    providers: read.field('providers', () => read.list('data.providers', 'a provider and its placement', asPlacement)),
  };
}

function testIdOf(read: FieldReader): string | undefined {
  return read.field('test.id', () => read.identity('data.testId', 'data.test_id', 'data.id'));
}

/** Rates come from the summary alone: `providers` may list fewer than the total, and one of them twice. */
function counted(read: FieldReader) {
  const inbox = read.count('data.summary.inboxCount');
  const promo = read.count('data.summary.promoCount');
  const spam = read.count('data.summary.spamCount');
  const missing = read.count('data.summary.missingCount');
  const total = read.count('data.summary.total');
  const known = inbox !== undefined && spam !== undefined && missing !== undefined && total !== undefined;
  if (!known && [inbox, spam, missing, total].some((count) => count !== undefined)) {
    read.note('data.summary lacks a count of inbox, spam, missing or total: counts left out');
  }
  return {
    counts: known ? { inbox, spam, missing, total, ...given({ promo }) } : undefined,
    spamRate: share(read, spam, total),
    missingRate: share(read, missing, total),
  };
}

function asPlacement(element: unknown): Placement | undefined {
  if (!isObject(element)) return undefined;
  const provider = ownField(element, 'provider');
  const placement = ownField(element, 'placement');
  return isText(provider) && isText(placement) ? { provider, placement } : undefined;
}
