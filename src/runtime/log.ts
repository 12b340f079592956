import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';

/** What may never stand in a log line, wherever it is in what is logged and however it is spelt. */
const secretNames = new Set(
  ['secret', 'secrets', 'token', 'routingKey', 'routing_key', 'url', 'signature', 'authorization', 'password'].map(
    (name) => name.toLowerCase(),
  ),
);
const censor = '[redacted]';
/** What we log is flat; deeper than this nobody looks. */
const deepest = 6;

/** Lines are written in pieces of this size, or after this long: one write for each would cost as much as routing. */
const pieceBytes = 8 * 1024;
const flushMs = 100;

/** Standard output; what waits is written when the process ends, however it ends but by `kill -9`. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ fd: 1, sync: true, minLength: pieceBytes, periodicFlush: flushMs });
  process.once('exit', () => stream.flushSync());
  return stream;
}

/**
 * JSON lines on the given stream, standard output by default. Pino's own redaction takes exact paths and the exact
 * spelling, and costs more than this.
 */
export function openLog(level: string, stream: DestinationStream = standardOutput()): Logger {
  const err = (error: Error) => redacted(pino.stdSerializers.err(error), 0);
  const log = (fields: object) => redacted(fields, 0) as Record<string, unknown>;
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err }, formatters: { log } },
    stream,
  );
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth === deepest) return censor;
  if (Array.isArray(value)) return value.map((each) => redacted(each, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    copy[name] = secretNames.has(name.toLowerCase()) ? censor : redacted(each, depth + 1);
  }
  return copy;
}
