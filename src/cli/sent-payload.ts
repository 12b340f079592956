import { nearest } from '../domain/filter/nearest.ts';
import type { Arrived } from '../domain/routing.ts';
import type { Speaker } from '../pipeline/arrived.ts';
import { arrivedOf } from '../pipeline/arrived.ts';
import { maxBodyBytes } from '../pipeline/receive.ts';
import { Misuse } from './misuse.ts';

/** A sender's raw body, the source that is said to send it, and the rules file that names that. */
export type Payload = { body: Uint8Array; source: string | undefined; rules: string; now: number };

/** The delivery as routing would take it; what is none is misuse, in words that say what it is. */
export function readPayload({ body, source, rules, now }: Payload, speakers: ReadonlyMap<string, Speaker>): Arrived {
  const names = [...speakers.keys()];
  if (source === undefined) {
    throw new Misuse(`Say with --source who sends it: in ${rules} there are ${names.join(', ') || 'none'}.`);
  }
  const speaker = speakers.get(source) ?? unknownSource(source, rules, names);
  refuseLarge(body);
  const { type } = speaker;
  const identified = type.identify({ headers: {}, body });
  if (!identified.ok) {
    const others = [...speakers].filter(([, other]) => other.type.identify({ headers: {}, body }).ok);
    const likely = others.map(([name]) => `--source ${name}`).join(' or ');
    const hint = likely ? `: it looks like ${likely}` : ' ("explain" takes the raw body, as it was sent)';
    throw new Misuse(`This is no delivery of ${source}: ${identified.reason}${hint}`);
  }
  const { id } = identified;
  return arrivedOf({ seq: 1, source, id, body, receivedAt: now }, speaker);
}

function refuseLarge({ byteLength }: Uint8Array): void {
  if (byteLength <= maxBodyBytes) return;
  throw new Misuse(
    `This is no delivery: the hook takes at most ${maxBodyBytes} bytes, and these are ${byteLength} (413).`,
  );
}

function unknownSource(source: string, rules: string, known: string[]): never {
  const hint = nearest(source, known);
  const way = hint ? `did you mean "${hint}"?` : `there are: ${known.join(', ') || 'none'}`;
  throw new Misuse(`There is no source "${source}" in ${rules}: ${way}`);
}
