import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One connection, as its server sees it. */
export type WebSocketPeer = {
  /** The path that was asked for. */
  path: string;
  send(text: string): void;
  /** Says goodbye, and ends it. */
  close(): void;
  /** Without a word. */
  cut(): void;
};

export type WebSocketServer = { port: number; close(): Promise<void> };

type Hears = {
  opened(peer: WebSocketPeer): void;
  said(peer: WebSocketPeer, text: string): void;
  closed(peer: WebSocketPeer): void;
  /** Whether it answers a goodbye, and a ping. */
  isMute(): boolean;
};

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;
/** https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A WebSocket server for one process: short texts, nothing in pieces, which is all that Slack sends and is sent. */
export async function startWebSocketServer(hears: Hears): Promise<WebSocketServer> {
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(426).end());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const accepted = createHash('sha1').update(`${request.headers['sec-websocket-key']}${guid}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
    );
    const peer: WebSocketPeer = {
      path: request.url ?? '',
      send: (text) => void socket.write(frame(opcodes.text, Buffer.from(text))),
      close: () => void socket.end(frame(opcodes.close, Buffer.from([0x03, 0xe8]))),
      cut: () => void socket.destroy(),
    };
    readFrames(socket, (opcode, payload) => {
      if (opcode === opcodes.text) hears.said(peer, payload.toString());
      if (hears.isMute()) return;
      if (opcode === opcodes.ping) socket.write(frame(opcodes.pong, payload));
      if (opcode === opcodes.close) socket.end(frame(opcodes.close, payload));
    });
    socket.on('close', () => hears.closed(peer));
    hears.opened(peer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x80 | opcode, length]) : Buffer.alloc(length < 65_536 ? 4 : 10);
  if (length >= 126) {
    head[0] = 0x80 | opcode;
    head[1] = length < 65_536 ? 126 : 127;
    if (length < 65_536) head.writeUInt16BE(length, 2);
    else head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** A client's frames are masked: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function readFrames(socket: Socket, heard: (opcode: number, payload: Buffer) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let whole = firstFrame(waiting); whole; whole = firstFrame(waiting)) {
      waiting = waiting.subarray(whole.bytes);
      heard(whole.opcode, whole.payload);
    }
  });
}

function firstFrame(bytes: Buffer): { opcode: number; payload: Buffer; bytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < headBytes + 4) return undefined;
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  const end = headBytes + 4 + length;
  if (bytes.length < end) return undefined;
  const mask = bytes.subarray(headBytes, headBytes + 4);
  const payload = Buffer.from(bytes.subarray(headBytes + 4, end)).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return { opcode: bytes.readUInt8(0) & 0x0f, payload: Buffer.from(payload), bytes: end };
}
