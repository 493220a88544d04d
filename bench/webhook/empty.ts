import { once } from 'node:events';
import express from 'express';
import { WebhookServer } from '../../operator/inject/server.ts';
import type { Certificates } from '../../operator/certs.ts';

/** A webhook that reads the review and decides nothing: what HTTP, TLS and JSON cost alone. Takes its certificate from its parent. */
const port = Number(process.env['PORT']);
const app = express();
app.post('/inject', express.json({ limit: '10mb' }), (request, response) => {
  const { uid } = (request.body as { request: { uid: string } }).request;
  response.json({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true } });
});
const server = new WebhookServer(app, port);
server.use(JSON.parse(process.env['CERTIFICATES']!) as Certificates);
await server.start();
console.log('"started"');
await once(process, 'SIGTERM');
await server.stop();
