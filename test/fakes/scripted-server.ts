import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { MadeCertificate } from './made-certificate.ts';

export type Script = (response: ServerResponse, request: IncomingMessage, body: string) => void;

/** A real server that answers each whole request as the script says at that moment; with a certificate, over TLS. */
export type ScriptedServer = {
  port: number;
  /** Whole requests, by method, path and body. */
  requests: { method: string; path: string; body: string }[];
  script: Script;
  openSockets: () => number;
  close: () => Promise<void>;
};

export async function startScriptedServer(certificate?: MadeCertificate): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const body = Buffer.concat(chunks).toString();
      started.requests.push({ method, path: url, body });
      started.script(response, request, body);
    });
  };
  const server = certificate
    ? createTlsServer({ key: certificate.key, cert: certificate.cert }, listener)
    : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: ScriptedServer = {
    port: (server.address() as AddressInfo).port,
    requests: [],
    script: (response) => response.end(),
    openSockets: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}
