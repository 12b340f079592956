import type { Result } from '../../src/destinations/destination.ts';
import type { Script } from '../fakes/scripted-server.ts';

/** Ways in which an answer goes wrong, and what each comes to; `half-answered` began with the happy status. */
export function badAnswers(happyStatus: number): [string, Result['kind'] | 'half-answered', Script][] {
  return [
    ['no answer', 'ambiguous', () => {}],
    ['a reset before the answer', 'ambiguous', (_, request) => request.socket.destroy()],
    [
      'an upgrade nobody asked for',
      'ambiguous',
      (_, request) => {
        request.socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      },
    ],
    ['no HTTP at all', 'ambiguous', (_, request) => request.socket.end('220 mail.example ESMTP\r\n')],
    ['a head and then nothing', 'half-answered', (response) => response.writeHead(happyStatus).flushHeaders()],
    [
      'half a body',
      'half-answered',
      (response, request) => {
        response.writeHead(happyStatus, { 'Content-Length': '1000' });
        response.write('{"ok":true', () => request.socket.destroy());
      },
    ],
    [
      'a body that never ends',
      'half-answered',
      (response) => {
        response.writeHead(happyStatus);
        const dripping = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(dripping));
      },
    ],
    [
      'a page instead of an answer',
      'ambiguous',
      (response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in to the network</html>');
      },
    ],
  ];
}
