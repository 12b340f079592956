/** A call that was ended before its answer was complete. */
export class CallCut extends Error {
  override name = 'CallCut';
}

/**
 * Runs one call within its time. The call gets a controller: its signal ends the call's traffic, and the call may end
 * it itself. Whatever the call makes of the signal, the promise is settled at the limit (`CallCut`), and afterwards no
 * timer, listener or traffic of the call is left.
 */
export async function withinLimit<T>(
  limit: { timeoutMs: number; signal: AbortSignal },
  call: (calling: AbortController) => Promise<T>,
): Promise<T> {
  if (limit.signal.aborted) throw new CallCut('stopped before it was sent');
  const calling = new AbortController();
  const cut = Promise.withResolvers<never>();
  const stop = () => cut.reject(new CallCut('stopped while waiting for the answer'));
  const timer = setTimeout(
    () => cut.reject(new CallCut(`no complete answer within ${limit.timeoutMs} ms`)),
    limit.timeoutMs,
  );
  limit.signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([call(calling), cut.promise]);
  } catch (error) {
    calling.abort();
    throw error;
  } finally {
    clearTimeout(timer);
    limit.signal.removeEventListener('abort', stop);
  }
}
