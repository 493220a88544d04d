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

const now = () => performance.now();

/** The part of the operator that takes reports, beside an API server for which `<pod>.b.c` is the token of a pod. */
export class ReportOperator {
  readonly latest = new LatestReports(now);
  readonly results: ReportResult[] = [];
  readonly url: string;
  /** PEM: the authority of the certificate that it has now. */
  ca = '';
  readonly #kube: ApiServer;
  readonly #port: number;
  #server: ReportServer | undefined;

  static async start(): Promise<ReportOperator> {
    const operator = new ReportOperator(await ApiServer.start(), await freePort());
    await operator.starts();
    return operator;
  }

  private constructor(kube: ApiServer, port: number) {
    this.#kube = kube;
    this.#port = port;
    this.url = `https://localhost:${port}/report`;
    kube.onTokenReview = ({ token }) => podToken(token.split('.')[0]!);
  }

  /** Listens, by an authority of its own. */
  async starts(): Promise<void> {
    const certificates = await renew('renew all', undefined, ['localhost'], new Date());
    const tokens = new Tokens({ cluster: new Cluster(this.#kube.config()), now, onReview: () => undefined });
    const onReport = (result: ReportResult) => void this.results.push(result);
    const { latest } = this;
    this.#server = new ReportServer({ port: this.#port, tokens, latest, onReport, log: keepingLog().log });
    this.#server.use(certificates);
    this.ca = caPem(certificates);
    await this.#server.start();
  }

  /** Listens no more. */
  async ends(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async close(): Promise<void> {
    await this.ends();
    await this.#kube.stop();
  }
}
