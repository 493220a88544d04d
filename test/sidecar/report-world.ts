import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV } from '../../api/names.ts';
import { SidecarWorld } from './process.ts';
import { ReportOperator } from './report-operator.ts';

/** The uid that the token of these pods is bound to. */
const UID = 'uid-of-cart-0';

/** A pod's files, and the operator that its sidecar reports to. */
export class ReportWorld {
  readonly pod = new SidecarWorld();
  readonly env: Readonly<Record<string, string>>;
  readonly #operator: ReportOperator;

  static async start(): Promise<ReportWorld> {
    return new ReportWorld(await ReportOperator.start());
  }

  private constructor(operator: ReportOperator) {
    this.#operator = operator;
    this.env = { ...this.pod.env, [ENV.token]: join(this.pod.folder, 'token') };
    this.token('cart-0.b.c');
    this.pod.secret('operatorUrl', operator.url);
    this.pod.secret('operatorCa', operator.ca);
  }

  /** The last report of the pod. */
  get report() {
    return this.#operator.latest.reportOf(UID)?.report;
  }

  /** What became of each report. */
  get results() {
    return this.#operator.results;
  }

  /** Renews the token's file. */
  token(token: string): void {
    writeFileSync(join(this.pod.folder, 'token'), token);
  }

  /** It makes an authority of its own, and the pod is told of it. */
  async operatorStarts(): Promise<void> {
    await this.#operator.starts();
    this.pod.secret('operatorCa', this.#operator.ca);
  }

  operatorEnds(): Promise<void> {
    return this.#operator.ends();
  }

  async down(): Promise<void> {
    await this.pod.down();
    await this.#operator.close();
  }
}
