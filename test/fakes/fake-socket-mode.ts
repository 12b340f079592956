import { randomUUID } from 'node:crypto';
import type { WebSocketPeer } from './web-socket-server.ts';
import { startWebSocketServer } from './web-socket-server.ts';

export type Envelope = { type: string; payload: unknown; accepts_response_payload?: boolean };

/** Slack's end of Socket Mode: each payload goes to one of those that are connected, and is answered by them. */
export type FakeSocketMode = {
  /** For `apps.connections.open`: good for one connection. */
  newUrl(): string;
  /** How many are connected. */
  connections(): number;
  /** Resolves with what the payload is answered; `undefined` where it is not, for as long as Slack waits. */
  send(envelope: Envelope): Promise<{ payload: unknown } | undefined>;
  /** Anything at all, to all that are connected. */
  sendRaw(text: string): void;
  /** Asks all to connect anew, as Slack does every few hours. */
  refresh(): void;
  /** Cuts all off. */
  cut(): void;
  /** From now on it says nothing: no hello, no pong, no goodbye. */
  setMute(isMute: boolean): void;
  close(): Promise<void>;
};

const waitsMs = 3_000;

export async function startFakeSocketMode(): Promise<FakeSocketMode> {
  const peers: WebSocketPeer[] = [];
  const tickets = new Set<string>();
  const waiting = new Map<string, (answer: { payload: unknown }) => void>();
  let mute = false;
  let next = 0;
  const server = await startWebSocketServer({
    opened(peer) {
      const ticket = new URL(peer.path, 'http://slack').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) return peer.close();
      if (mute) return;
      peers.push(peer);
      peer.send(JSON.stringify({ type: 'hello', num_connections: peers.length, connection_info: { app_id: 'A0000' } }));
    },
    said(_peer, text) {
      const { envelope_id: id, payload } = JSON.parse(text);
      waiting.get(id)?.({ payload });
      waiting.delete(id);
    },
    closed(peer) {
      const at = peers.indexOf(peer);
      if (at >= 0) peers.splice(at, 1);
    },
    isMute: () => mute,
  });

  async function send(envelope: Envelope): Promise<{ payload: unknown } | undefined> {
    const envelope_id = randomUUID();
    const answer = new Promise<{ payload: unknown } | undefined>((resolve) => {
      const late = setTimeout(() => resolve(undefined), waitsMs);
      waiting.set(envelope_id, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
    });
    next += 1;
    peers[next % peers.length]?.send(JSON.stringify({ envelope_id, ...envelope }));
    return answer;
  }

  return {
    newUrl() {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `ws://127.0.0.1:${server.port}/link/?ticket=${ticket}`;
    },
    connections: () => peers.length,
    send,
    sendRaw: (text) => peers.map((peer) => peer.send(text)),
    refresh: () => peers.map((peer) => peer.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))),
    cut: () => [...peers].map((peer) => peer.cut()),
    setMute: (isMute) => {
      mute = isMute;
    },
    close: server.close,
  };
}
