import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV } from '../../api/names.ts';
import { caPem, renew } from '../../operator/certs.ts';
import { Cluster } from '../../operator/cluster.ts';
import { LatestReports } from '../../operator/reports/latest.ts';
import type { ReportResult } from '../../operator/reports/refusal.ts';
import { ReportServer } from '../../operator/reports/server.ts';
import { Tokens } from '../../operator/reports/tokens.ts';
import { ApiServer } from '../operator/api-server.ts';
import { keepingLog } from '../operator/log.ts';
import { freePort } from '../operator/port.ts';
import { podToken } from '../operator/report.ts';
import { SidecarWorld } from './process.ts';

/** The uid that the token of these pods is bound to. */
const UID = 'uid-of-cart-0';
const now = () => performance.now();

/** A pod's files, and the part of the operator that takes reports: it listens, and an API server knows the pod's token. */
export class ReportWorld {
  readonly pod = new SidecarWorld();
  readonly latest = new LatestReports(now);
  readonly results: ReportResult[] = [];
  readonly kube: ApiServer;
  readonly env: Readonly<Record<string, string>>;
  readonly #port: number;
  #server: ReportServer | undefined;

  static async start(): Promise<ReportWorld> {
    const world = new ReportWorld(await ApiServer.start(), await freePort());
    await world.operatorStarts();
    return world;
  }

  private constructor(kube: ApiServer, port: number) {
    this.kube = kube;
    this.#port = port;
    kube.onTokenReview = ({ token }) => podToken(token.split('.')[0]!);
    this.env = { ...this.pod.env, [ENV.token]: join(this.pod.folder, 'token') };
    this.token('cart-0.b.c');
    this.pod.secret('operatorUrl', `https://localhost:${port}/report`);
  }

  /** The last report of the pod. */
  get report() {
    return this.latest.reportOf(UID)?.report;
  }

  /** Renews the token's file. */
  token(token: string): void {
    writeFileSync(join(this.pod.folder, 'token'), token);
  }

  /** It makes an authority of its own, and the pod is told of it. */
  async operatorStarts(): Promise<void> {
    const certificates = await renew('renew all', undefined, ['localhost'], new Date());
    const tokens = new Tokens({ cluster: new Cluster(this.kube.config()), now, onReview: () => undefined });
    const onReport = (result: ReportResult) => void this.results.push(result);
    const { latest } = this;
    this.#server = new ReportServer({ port: this.#port, tokens, latest, onReport, log: keepingLog().log });
    this.#server.use(certificates);
    this.pod.secret('operatorCa', caPem(certificates));
    await this.#server.start();
  }

  async operatorEnds(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async down(): Promise<void> {
    await this.pod.down();
    await this.operatorEnds();
    await this.kube.stop();
  }
}
