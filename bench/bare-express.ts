import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

/** What everything is measured against: raw bytes, the HMAC, 200. It keeps nothing. */
const secret = process.env.IC_WEBHOOK_SECRET ?? '';
const app = express();

app.post('/hooks/inbox-check', express.raw({ type: () => true, limit: '1mb' }), (request, response) => {
  const made = Buffer.from(`sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`);
  const given = Buffer.from(request.header('x-ic-signature') ?? '');
  if (made.length !== given.length || !timingSafeEqual(made, given)) return void response.status(401).end();
  response.status(200).json({ status: 'accepted' });
});

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ msg: 'serving', port })}\n`);
});
