import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { type Answer, type Arriving, errorAnswer, maxBodyBytes, type Receive } from '../pipeline/receive.ts';
import { readBody } from './read-body.ts';
import { writeAndClose, writeJson } from './write-answer.ts';

export type Readiness = { ready: boolean; warnings: string[] };

export type HttpAppParts = {
  receive: Receive;
  readiness: () => Promise<Readiness>;
  /** All metrics in the Prometheus text format. */
  metrics?: () => Promise<string>;
  /** What Slack posts, while the Slack app hears it. */
  slackEvents?: ((arriving: Arriving) => Promise<{ status: number; body?: unknown }>) | undefined;
  log: Logger;
};

/** The HTTP door: hooks, what Slack posts, health, readiness, metrics. */
export function httpApp({ receive, readiness, metrics, slackEvents, log }: HttpAppParts): Express {
  const app = express();
  app.disable('x-powered-by');

  app.post('/hooks/:source', hook(receive));
  app.all('/hooks/:source', onlyPost('deliveries are posted'));
  if (slackEvents) {
    app.post('/slack/events', slackHook(slackEvents));
    app.all('/slack/events', onlyPost('Slack posts what people do'));
  }

  app.get('/healthz', (_request, response) => writeJson(response, 200, { status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    const { ready, warnings } = await readiness();
    writeJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not-ready', warnings });
  });
  if (metrics) {
    app.get('/metrics', async (_request, response) => {
      const text = await metrics();
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    });
  }

  app.use((_request: Request, response: Response) => {
    writeJson(response, 404, { error: 'not_found', message: 'there is nothing at this path' });
  });
  app.use(whenThrown(log));
  return app;
}

function hook(receive: Receive) {
  return async (request: Request<{ source: string }>, response: Response): Promise<void> => {
    const { source } = request.params;
    const body = await readBody(request, maxBodyBytes);
    if (body === 'aborted') return;
    const answer = await receive(source, { headers: singleHeaders(request), body });
    if (body === 'too-large') return writeAndClose(request, response, { ...answer, headers: headersOf(answer) });
    writeAnswer(response, answer);
  };
}

function slackHook(slackEvents: NonNullable<HttpAppParts['slackEvents']>) {
  return async (request: Request, response: Response): Promise<void> => {
    const body = await readBody(request, maxBodyBytes);
    if (body === 'aborted') return;
    const answer = await slackEvents({ headers: singleHeaders(request), body });
    if (body === 'too-large') return writeAndClose(request, response, { body: undefined, ...answer });
    if (answer.body !== undefined) return writeJson(response, answer.status, answer.body);
    response.writeHead(answer.status, { 'content-length': '0' }).end();
  };
}

function onlyPost(message: string) {
  return (_request: Request, response: Response) =>
    writeJson(response, 405, { error: 'method_not_allowed', message }, { allow: 'POST' });
}

function writeAnswer(response: Response, answer: Answer): void {
  writeJson(response, answer.status, answer.body, headersOf(answer));
}

function headersOf({ retryAfterS }: Answer): Record<string, string> {
  return retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
}

/** Node joins what was sent twice, but for `set-cookie`, which is no business of ours. */
function singleHeaders(request: Request): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') single[name] = value;
  return single;
}

/** Four parameters are how Express knows an error handler. */
function whenThrown(log: Logger): ErrorRequestHandler {
  return (err, _request, response, next) => {
    if (response.headersSent) return next(err);
    // A name that cannot be decoded (`/hooks/%ff`) is no source's.
    if (err instanceof URIError) return writeAnswer(response, errorAnswer('unknown_source', 'there is no such source'));
    log.error({ err }, 'http.failed');
    writeAnswer(response, errorAnswer('unavailable', 'this failed on our side: send it again'));
  };
}
