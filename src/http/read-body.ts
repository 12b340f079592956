import type { IncomingMessage } from 'node:http';

export type ReadBody = Buffer | 'too-large' | 'aborted';

/**
 * The body's bytes as they came. Too large is known from the declaration, before a byte is read, or while counting;
 * what is left unread then is the caller's.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return resolve('too-large');
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (read: ReadBody): void => {
      request.off('data', take);
      resolve(read);
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) finish('too-large');
      else chunks.push(chunk);
    };
    request.on('data', take);
    request.once('end', () => finish(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', () => finish('aborted'));
    request.once('close', () => finish('aborted'));
  });
}
