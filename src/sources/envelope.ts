import type { HookRequest, Identified } from './source.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

export type Envelope = { ok: true; root: Readonly<Record<string, unknown>> } | { ok: false; reason: string };

/** The JSON object in these bytes. */
export function readEnvelope(body: Uint8Array): Envelope {
  let root: unknown;
  try {
    root = JSON.parse(utf8.decode(body));
  } catch (error) {
    return { ok: false, reason: error instanceof SyntaxError ? 'the body is not JSON' : 'the body is not UTF-8' };
  }
  return isObject(root) ? { ok: true, root } : { ok: false, reason: 'the body is not a JSON object' };
}

/** Where a sender puts what identifies a delivery: in the signed body, and again in headers that nobody signed. */
export type IdentityFields = {
  id: string;
  type: string;
  idHeader: string;
  typeHeader?: string;
};

/** Believes the signed body only. A header may be absent, but whoever changes one is replaying. */
export function identifyEnvelope(request: HookRequest, fields: IdentityFields): Identified {
  const envelope = readEnvelope(request.body);
  if (!envelope.ok) return { ok: false, code: 'unreadable', reason: envelope.reason };
  const id = ownField(envelope.root, fields.id);
  const type = ownField(envelope.root, fields.type);
  if (!isIdentity(id)) return unreadable(fields.id, id);
  if (!isIdentity(type)) return unreadable(fields.type, type);
  if (contradicts(request, fields.idHeader, id)) return contradiction(fields.idHeader, fields.id);
  if (contradicts(request, fields.typeHeader, type)) return contradiction(fields.typeHeader ?? '', fields.type);
  return { ok: true, id, type };
}

const maxIdentityLength = 255;

/** What may become part of a key: a lone surrogate would be stored as another character, and two ids as one. */
export function isIdentity(value: unknown): value is string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > maxIdentityLength) return false;
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Never what the object inherits: a body may leave out `constructor` as well as `id`. */
export function ownField(from: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}

function contradicts(request: HookRequest, header: string | undefined, signed: string): boolean {
  const unsigned = header === undefined ? undefined : request.headers[header];
  return unsigned !== undefined && unsigned !== signed;
}

function unreadable(field: string, value: unknown): Identified {
  return { ok: false, code: 'unreadable', reason: noIdentity(field, value) };
}

/** Why that is no identity, in words. */
export function noIdentity(field: string, value: unknown): string {
  if (value === undefined || value === null) return `${field} is missing`;
  return `${field} is not a text of 1 to ${maxIdentityLength} characters without control characters`;
}

function contradiction(header: string, field: string): Identified {
  return { ok: false, code: 'contradiction', reason: `the header ${header} is not the signed ${field}` };
}
