import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { freePort } from '../../test/operator/port.ts';
import { Cluster } from '../cluster.ts';
import { Reports } from './reports.ts';

let kube: ApiServer;
let reports: Reports;
let time = 1_000_000;

beforeEach(async () => {
  kube = await ApiServer.start();
  reports = new Reports({
    cluster: new Cluster(kube.config()),
    name: 'tracewell',
    namespace: 'ops',
    owner: 'tracewell',
    ip: undefined,
    port: await freePort(),
    metrics: { registry: new Registry() },
    clock: () => time,
    log: keepingLog().log,
    onNews: () => undefined,
    onTaken: () => undefined,
  });
});
afterEach(() => kube.stop());

it('a new leader is settled a minute after it began, and so is the next one', async () => {
  for (const _ of ['first term', 'second term']) {
    await reports.start();
    expect(reports.isSettled).toBe(false);
    time += 59_999;
    expect(reports.isSettled).toBe(false);
    time += 1;
    expect(reports.isSettled).toBe(true);
    await reports.stop();
  }
});
