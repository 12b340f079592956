import { createServer } from 'node:http';

/** Stands for Slack's incoming webhook: answers at once, and keeps when each delivery's message came. */
const receivedAt: Record<string, number> = {};
let count = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end(JSON.stringify({ count, receivedAt }));
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    response.end('ok');
    count += 1;
    const id = /dlv_\w+/.exec(Buffer.concat(chunks).toString())?.[0];
    if (id) receivedAt[id] ??= performance.timeOrigin + performance.now();
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(
    `${JSON.stringify({ msg: 'serving', port: typeof address === 'object' ? address?.port : 0 })}\n`,
  );
});
