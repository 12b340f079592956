import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';

/** What may never stand in a log line, beside or one level into what is logged (pino reads paths exactly). */
const secretNames = ['secret', 'secrets', 'token', 'routingKey', 'url', 'signature', 'authorization', 'password'];
const redactedPaths = secretNames.flatMap((name) => [name, `*.${name}`]);

/** Lines are written in pieces of this size, or after this long: one write for each would cost as much as routing. */
const pieceBytes = 8 * 1024;
const flushMs = 100;

/** Standard output; what waits is written when the process ends, however it ends but by `kill -9`. */
function standardOutput(): DestinationStream {
  return pino.destination({ fd: 1, sync: true, minLength: pieceBytes, periodicFlush: flushMs });
}

/** JSON lines on the given stream, standard output by default. */
export function openLog(level: string, stream: DestinationStream = standardOutput()): Logger {
  const redact = { paths: redactedPaths, censor: '[redacted]' };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact }, stream);
}
