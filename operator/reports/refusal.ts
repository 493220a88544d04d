/** What became of a report: the label of its metric. */
export type ReportResult =
  | 'Accepted'
  /** A newer one of the pod is here already. */
  | 'Late'
  | 'Unauthorized'
  | 'Forbidden'
  | 'Invalid'
  | 'TooLarge'
  | 'Busy'
  /** The API server could not be asked about the token. */
  | 'Unavailable'
  | 'NotFound';

/** Why a report is not taken: for whoever sent it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly result: ReportResult;

  constructor(status: number, result: ReportResult, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.result = result;
  }
}
