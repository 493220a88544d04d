import type { Report } from '../../api/report.ts';
import { stemOf } from '../../operator/policy/accept.ts';
import { policyOf } from '../../test/operator/objects.ts';
import { podToken, reportedFile, reportedMeasures, reportOf } from '../../test/operator/report.ts';
import { namespaceOf } from '../webhook/world.ts';

/** Of the identity of a pod's token, and of three hundred bytes of signature. */
const TAIL = `${'p'.repeat(500)}.${'s'.repeat(342)}`;
const POLICY = stemOf(policyOf('all'));

/** The pods that report: each has log files that grow. */
export class ReportingPods {
  readonly #namespaces: number;
  readonly #files: number;

  constructor({ namespaces, files }: { namespaces: number; files: number }) {
    this.#namespaces = namespaces;
    this.#files = files;
  }

  /** A token that only the API server of the benchmark can read. */
  tokenOf(pod: number): string {
    return `pod-${pod}.${TAIL}`;
  }

  /** What that says of it. */
  review({ token }: { token: string }): object {
    const name = token.slice(0, token.indexOf('.'));
    return podToken(name, namespaceOf(Number(name.slice('pod-'.length)) % this.#namespaces));
  }

  /** The nth report of a pod, as JSON. */
  bodyOf(pod: number, n: number): string {
    const records = 1000 * (n + 1);
    const bytes = 200 * records;
    const files = Array.from({ length: this.#files }, (_, file) =>
      reportedFile({
        file: `${pod.toString(16).padStart(16, '0')}${file.toString(16).padStart(8, '0')}`,
        container: 'application',
        run: file,
        size: bytes + 500,
        lanes: { stdout: bytes, stderr: bytes, unframed: bytes },
        stored: { records, bytes, offsets: String(BigInt(bytes) * BigInt(records)) },
        discardedBy: { a1b2c3d4: n },
      }),
    );
    const measures = reportedMeasures({
      delay: { ms: 300 * records, records, buckets: [n, 8 * n, n, n, 0, 0, 0, 0, 0, 0, 0] },
      storage: { ms: records / 10, records },
      formats: { json: records - n, text: n },
      batches: { stored: 20 * n },
    });
    const report: Report = reportOf({ at: Date.now(), policy: POLICY, files, measures });
    return JSON.stringify(report);
  }
}
