/**
 * Rounds of @digitalbazaar/vc for issue_verify.py: one JSON line in, one JSON line out.
 *
 * The first line brings the documents; each line after it names a task and how many
 * seconds of CPU time to work, and the answer is the seconds that one operation took.
 */
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createInterface} from 'node:readline';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {loaderFor} from './peer.mjs';

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value ?? '{}');

const {documents, unsigned, method, seed, created, now} = await next();
const documentLoader = loaderFor(documents);
const key = await Ed25519Multikey.generate({
  id: method, controller: method.split('#')[0], seed: Uint8Array.from(seed)
});
const texts = [];
let turn = 0;

async function issue() {
  const credential = structuredClone(unsigned[turn++ % unsigned.length]);
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite, date: created});
  return JSON.stringify(await vc.issue({credential, suite, now, documentLoader}));
}

async function verify() {
  const credential = JSON.parse(texts[turn++ % texts.length]);
  const suite = new DataIntegrityProof({cryptosuite});
  const {verified, error} = await vc.verifyCredential({credential, suite, now, documentLoader});
  if(!verified) {
    throw error;
  }
}

for(let count = 0; count < 20; count++) {
  texts.push(await issue());
}

const cpu = () => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
};

for(;;) {
  const {task, seconds} = await next();
  if(!task) {
    process.exit(0);
  }
  const operation = task === 'issue' ? issue : verify;
  const start = cpu();
  let count = 0;
  let spent = 0;
  while(spent < seconds) {
    await operation();
    count++;
    spent = cpu() - start;
  }
  process.stdout.write(JSON.stringify({each: spent / count}) + '\n');
}
