import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';

/** What may never stand in a log line, wherever in the object it is (pino reads paths exactly, one level per star). */
const secretNames = ['secret', 'secrets', 'token', 'routingKey', 'url', 'signature', 'authorization', 'password'];
const redactedPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `headers["${name}"]`]);

/** JSON lines on the given stream, standard output by default. */
export function openLog(level: string, stream: DestinationStream = pino.destination({ fd: 1, sync: true })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    stream,
  );
}
