import type { Event } from '../event.ts';

/** A filter goes through what it is given in one go: of more than that it would keep the process from all else. */
const maxBytes = 256 * 1024;

/**
 * What a template sees of an event: all that filters see. A field that is too large to be worked on is there too, and
 * whoever reads it hears so: to say nothing of it would be silent.
 */
export function templateScope(event: Event): object {
  const known = scopes.get(event);
  if (known) return known;
  const scope = sizeOf(event) <= maxBytes ? event : guarded(event);
  scopes.set(event, scope);
  return scope;
}

/** Several templates say something of one event, which never changes. */
const scopes = new WeakMap<Event, object>();

function guarded(event: Event): object {
  const scope = {};
  for (const [name, value] of Object.entries(event)) {
    const bytes = sizeOf(value);
    if (bytes <= maxBytes) Object.defineProperty(scope, name, { value, enumerable: true });
    else Object.defineProperty(scope, name, { get: () => refuse(name, bytes), enumerable: true });
  }
  return scope;
}

function refuse(name: string, bytes: number): never {
  throw new Error(
    `${name} is too large for a template: ${Math.ceil(bytes / 1024)} KiB, and at most ${maxBytes / 1024}`,
  );
}

/** In bytes of JSON. */
function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
