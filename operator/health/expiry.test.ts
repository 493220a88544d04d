import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { certificateNames, renew } from '../certs.ts';
import { registerExpiry, type ExpiryOptions } from './expiry.ts';

const NOW = new Date('2030-06-01T12:00:00Z');
const DAY_SECONDS = 24 * 3600;
const certificates = await renew('renew all', undefined, certificateNames('tracewell', 'ops'), NOW);

/** Label value -> value, of a metric that has one label. */
function expiryOf(what: 'certificate' | 'api_key', options: Partial<ExpiryOptions>) {
  const registry = new Registry();
  registerExpiry({ registry, certificates: () => undefined, keys: () => [], ...options });
  return async () => {
    const { values } = await registry.getSingleMetric(`tracewell_${what}_expiry_timestamp_seconds`)!.get();
    return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels)[0], value]));
  };
}

describe('when certificates end', () => {
  it('is told of the one that is served and of its authority', async () => {
    const ends = expiryOf('certificate', { certificates: () => certificates });
    const now = NOW.getTime() / 1000;
    expect(await ends()).toEqual({ serving: now + 365 * DAY_SECONDS, authority: now + 3650 * DAY_SECONDS });
  });

  it.each([
    ['there are none', undefined],
    ['they cannot be read', { ca: 'no', cert: 'no', key: 'no' }],
  ])('is not told while %s', async (_, none) => {
    expect(await expiryOf('certificate', { certificates: () => none })()).toEqual({});
  });
});

describe('when a key ends', () => {
  it('is told for each namespace whose key has an end', async () => {
    const keys = () => [
      { namespace: 'shop', expires: '2030-09-01T00:00:00Z' },
      { namespace: 'handed-on', expires: '' },
    ];
    expect(await expiryOf('api_key', { keys })()).toEqual({ shop: Date.UTC(2030, 8, 1) / 1000 });
  });

  it('is told no longer when the namespace has none, or another replica leads', async () => {
    let keys = [{ namespace: 'shop', expires: '2030-09-01T00:00:00Z' }];
    const ends = expiryOf('api_key', { keys: () => keys });
    expect(await ends()).toHaveProperty('shop');
    keys = [];
    expect(await ends()).toEqual({});
  });
});
