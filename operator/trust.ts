import { caPem, type Certificates } from './certs.ts';

/** The parts of a webhook configuration that say whom the API server trusts. */
export interface Standing {
  webhooks?: { clientConfig?: { caBundle?: string } }[];
}

/**
 * Does the API server trust what this authority signs? Of a configuration without entries yes: nobody is asked about
 * anything, and who writes the first entry writes the authority of that hour. Without a configuration no.
 */
export function carries(standing: Standing | undefined, ca: string): boolean {
  if (!standing) return false;
  const wanted = blocksOf(caPem({ ca, cert: '', key: '' }));
  return bundlesOf(standing).every((bundle) => wanted.every((one) => bundle.includes(one)));
}

/** Do all entries carry this bundle, and nothing else? */
export function isPublished(standing: Standing | undefined, bundle: string): boolean {
  return !!standing && bundlesOf(standing).every((one) => one === bundle);
}

const bundlesOf = ({ webhooks = [] }: Standing): string[] =>
  webhooks.map(({ clientConfig }) => Buffer.from(clientConfig?.caBundle ?? '', 'base64').toString('utf8'));

/** PEM certificates without the lines around them. */
const blocksOf = (pem: string): string[] => pem.split(/-----[^-]+-----/).filter((block) => block.trim());

export interface Change {
  served: Certificates | undefined;
  stored: Certificates;
  /** Why the served ones are of no use, if they are not. */
  fault: string | undefined;
  standing: Standing | undefined;
  /** For how long the stored authority has been seen in the webhook configuration. */
  publishedMs: number;
  /** How long the slowest copy of an authority takes: the other API servers, the files of running sidecars. */
  spreadMs: number;
}

/**
 * May the stored certificate take the place of the served one? A new one of the same authority at once; one of another only
 * when that has come to everybody who must trust it, unless nobody trusts the served one any more.
 */
export function maySwitch({ served, stored, fault, standing, publishedMs, spreadMs }: Change): boolean {
  if (!served || fault || served.ca === stored.ca) return true;
  if (!carries(standing, stored.ca)) return false;
  return publishedMs >= spreadMs || !carries(standing, served.ca);
}
