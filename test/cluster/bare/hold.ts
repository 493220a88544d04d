// Brings a cluster up, says its info, and holds it until it is killed: for the test of what a crash leaves.
import { up } from '../cluster.ts';
import { plainProgress } from '../../progress.ts';

const { info } = await up({ progress: plainProgress(console.error) });
console.log(JSON.stringify(info));
setInterval(() => {}, 60_000);
