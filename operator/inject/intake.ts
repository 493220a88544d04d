import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';

/** The API server's own limit for an object is 3 MiB; ten are more than any review. */
const BODY_BYTES = 10 * 1024 * 1024;
/** Of bodies that are read at the same time: more would take the memory that the operator has. */
const HELD_BYTES = 64 * 1024 * 1024;
/** The API server sends a body at once, and waits 3 s for the answer. */
const BODY_MS = 10_000;

/** What of body-parser's faults is said; the words of its own repeat parts of the body, which may be secret. */
const REFUSALS: Readonly<Record<string, string>> = {
  'entity.too.large': 'a body of more than 10 MB is refused',
  'entity.parse.failed': 'the body is not JSON',
  'encoding.unsupported': 'the body is compressed: it must be plain JSON',
  'charset.unsupported': 'the body must be UTF-8',
};

/** Takes in JSON bodies, within bounds of size and time; what is none is refused with a reason. */
export function intake(bodyMs: number = BODY_MS): RequestHandler[] {
  return [typed, bounded(bodyMs), express.json({ limit: BODY_BYTES, inflate: false })];
}

function typed(request: Request, response: Response, next: NextFunction): void {
  if (request.is('application/json')) next();
  else refuse(response, 415, 'the content type must be application/json');
}

function bounded(bodyMs: number): RequestHandler {
  let held = 0;
  return (request, response, next) => {
    // One that does not say its length may have the most.
    const bytes = Math.min(Number(request.headers['content-length'] ?? BODY_BYTES), BODY_BYTES);
    if (held + bytes > HELD_BYTES) return refuse(response, 503, 'too many bodies at once');
    held += bytes;
    const late = setTimeout(() => request.destroy(), bodyMs);
    request.once('end', () => clearTimeout(late));
    response.once('close', () => {
      clearTimeout(late);
      held -= bytes;
    });
    next();
  };
}

/** What of the body is still on its way is thrown away, so that the client gets to read why. */
export function refuse(response: Response, status: number, error: string): void {
  response.status(status).json({ error });
}

/** Express tells error handlers by their four parameters. */
export function onFault(
  error: { status?: number; type?: string },
  _request: Request,
  response: Response,
  _next: NextFunction,
): void {
  const { status = 500, type = '' } = error;
  refuse(response, status, REFUSALS[type] ?? (status < 500 ? 'the request cannot be read' : 'a fault of the operator'));
}
