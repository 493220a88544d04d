import type { Entry } from './entry.ts';
import type { Random } from './random.ts';
import { METHODS, path, STATUSES } from './words.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const REFERERS = ['-', '-', 'https://shop.example.com/', 'https://shop.example.com/cart'] as const;
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'curl/8.5.0',
  'kube-probe/1.32',
] as const;

/** The combined log format of nginx and Apache, on stdout. */
export function accessLines(random: Random, stamp: string): Entry {
  const address = `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
  const user = random.percent(10) ? `user${random.below(1000)}` : '-';
  const month = MONTHS[Number(stamp.slice(5, 7)) - 1];
  const time = `${stamp.slice(8, 10)}/${month}/${stamp.slice(0, 4)}:${stamp.slice(11, 19)} +0000`;
  const request = `${random.pick(METHODS)} ${path(random)} HTTP/1.1`;
  const answer = `${random.pick(STATUSES)} ${random.below(60_000)}`;
  const client = `"${random.pick(REFERERS)}" "${random.pick(AGENTS)}"`;
  return { stream: 'stdout', lines: [`${address} - ${user} [${time}] "${request}" ${answer} ${client}`] };
}
