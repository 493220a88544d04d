// Brings an Elasticsearch up, says its info, and holds it until it is killed: for the test of what a crash leaves.
import { plainProgress } from '../progress.ts';
import { upElasticsearch } from './elasticsearch.ts';

const { info } = await upElasticsearch({ progress: plainProgress(console.error) });
console.log(JSON.stringify(info));
setInterval(() => {}, 60_000);
