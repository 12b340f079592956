import type { Event } from '../domain/event.ts';
import { identifyEnvelope, ownField, readEnvelope } from './envelope.ts';
import {
  anyGiven,
  domain,
  given,
  normalised,
  occurredAt,
  type Placement,
  rawData,
  undocumentedFields,
} from './event-fields.ts';
import { type FieldReader, fieldReader, isText } from './field-reader.ts';
import { reachscoreFixture, reachscoreTypes } from './reachscore-fixtures.ts';
import { hexSignature, hmac, verifyAge, verifySignature } from './signature.ts';
import type { HookRequest, SourceType } from './source.ts';

const fields = { id: 'id', type: 'type', occurredAt: 'created_at' } as const;
const idHeader = 'x-reachscore-event-id';
const timestampHeader = 'x-reachscore-timestamp';
const signatureHeader = 'x-reachscore-signature';

/** ReachScore signs `<timestamp>.<raw body>`, each attempt anew, and writes snake_case. */
export const reachscore: SourceType = {
  type: 'reachscore',
  traits: {
    states: ['test.completed', 'domain.health_changed'],
    endings: { 'alert.resolved': 'alert.triggered', 'domain.verified': 'domain.verification_failed' },
    documented: reachscoreTypes,
    lacks: ['mailSubject', 'counts.promo', 'auth.aligned'],
  },
  faults: 'refused',
  // Five minutes either way stand in one of the sender's two documents, no check in the other: the safe reading. Each
  // retry is signed anew, so this refuses none of them.
  defaultMaxAgeMs: 300_000,

  verify(request, settings, nowMs) {
    const timestamp = request.headers[timestampHeader];
    const age = verifyAge(timestamp, settings.maxAgeMs, nowMs);
    if (!age.ok) return age;
    return verifySignature(signatureOf(request), [`${timestamp}.`, request.body], settings.secrets);
  },

  identify: (request) => identifyEnvelope(request, { id: fields.id, type: fields.type, idHeader }),

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
      live: read.flag('livemode') ?? true,
      ...given({
        ...undocumentedFields(read, type),
        ...documentedFields(read, type),
        data: rawData(read, ownField(envelope.root, 'data')),
      }),
    };
    return normalised(event, read);
  },

  documentedTypes: reachscoreTypes,
  fields,
  fixture: reachscoreFixture,

  sign(body, secret, at) {
    const timestamp = String(Math.floor(at.atMs / 1000));
    const headers = {
      'content-type': 'application/json',
      [idHeader]: at.id,
      [timestampHeader]: timestamp,
      [signatureHeader]: hmac(secret, [`${timestamp}.`, body]).toString('hex'),
    };
    return { body, headers };
  },
};

/** One of the sender's documents shows a `sha256=` before the digits, the other none. */
function signatureOf(request: HookRequest): Buffer | undefined {
  return hexSignature(request.headers[signatureHeader]?.replace(/^sha256=/, '') ?? '');
}

function documentedFields(read: FieldReader, type: string) {
  const testId = type.startsWith('test.') ? testIdOf(read) : undefined;
  const ofDomain = type.startsWith('domain.') ? ['data.name'] : [];
  return {
    domain: domain(read, ['data.from_address', 'data.domain', 'data.senderDomain', ...ofDomain]),
    test: testId === undefined ? undefined : { id: testId },
    score: read.field('score', () => read.number('data.score')),
    grade: read.field('grade', () => read.text('data.grade')),
    auth: anyGiven({
      spf: read.field('auth.spf', () => read.text('data.auth_results.spf')),
      dkim: read.field('auth.dkim', () => read.text('data.auth_results.dkim')),
      dmarc: read.field('auth.dmarc', () => read.text('data.auth_results.dmarc')),
    }),
    ...read.fields(placementFields, () => inboxPlacement(read)),
  };
}

function testIdOf(read: FieldReader): string | undefined {
  return read.field('test.id', () => read.identity('data.id', 'data.test_id', 'data.testId'));
}

/** What is read of where the mails went. */
const placementFields = ['providers', 'counts', 'inboxRate', 'spamRate', 'missingRate'];

/** With one provider that cannot be read, no rate over all of them is known. */
function inboxPlacement(read: FieldReader) {
  const entries = Object.entries(read.object('data.inbox_placement') ?? {});
  const providers: Placement[] = entries.flatMap(([provider, placement]) =>
    isText(placement) ? [{ provider, placement }] : [],
  );
  if (providers.length === 0 && entries.length === 0) return {};
  const lost = entries.length - providers.length;
  if (lost === 0) return { providers, ...rates(providers) };
  read.note(
    `data.inbox_placement: ${lost} of ${entries.length} are not strings: left out, and so are counts and rates`,
  );
  return providers.length === 0 ? {} : { providers };
}

/** Only these words are documented; any other is somewhere, but neither of the three. */
function rates(providers: Placement[]) {
  const total = providers.length;
  const placed = (word: string) => providers.filter((each) => each.placement.toLowerCase() === word).length;
  const counts = { inbox: placed('inbox'), spam: placed('spam'), missing: placed('missing'), total };
  return {
    counts,
    inboxRate: counts.inbox / total,
    spamRate: counts.spam / total,
    missingRate: counts.missing / total,
  };
}
