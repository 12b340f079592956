import type { RedisAddress } from './address.ts';
import { connect } from './client.ts';
import { readMs } from './store.ts';
import { untilAnswered } from './until-answered.ts';

export type Work = 'route' | 'notify' | 'watch';

/**
 * Hears what any process, this one too, announces on the channel, on a connection of its own. After the connection was
 * lost, listeners are told of all work: an announcement may have been missed.
 */
export async function hearWork(address: RedisAddress, channel: string) {
  const subscriber = await connect(address);
  const listeners = new Set<(work: Work) => void>();
  const tell = (work: string) => {
    for (const listener of listeners) listener(work as Work);
  };
  subscriber.on('message', (_, words: string) => words.split(' ').forEach(tell));
  subscriber.on('ready', () => ['route', 'notify', 'watch'].forEach(tell));
  await untilAnswered(readMs, () => subscriber.subscribe(channel)).catch((error) => {
    subscriber.disconnect();
    throw error;
  });

  return {
    onWork(listener: (work: Work) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => subscriber.disconnect(),
  };
}
