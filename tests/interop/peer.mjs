/**
 * What issue.mjs and verify.mjs share: JSON in and out, a document loader that knows what
 * it was given and nothing else, and the suites of the independent libraries.
 */
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {readFileSync} from 'node:fs';

const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1';
const DID_CONTEXT = 'https://www.w3.org/ns/did/v1';

/** The request that the test wrote on standard input. */
export function readRequest() {
  return JSON.parse(readFileSync(0, 'utf8'));
}

/** Every answer is one JSON object; an error is an answer too. */
export async function answer(task) {
  let result;
  try {
    result = await task(readRequest());
  } catch(error) {
    result = {verified: false, error: describe(error)};
  }
  process.stdout.write(JSON.stringify(result));
}

/** The messages of an error and of everything nested in it. */
export function describe(error) {
  if(!error) {
    return '';
  }
  const nested = [...(error.errors ?? []), error.cause].filter(Boolean).map(describe);
  const details = error.details ? [JSON.stringify(error.details)] : [];
  return [error.message ?? String(error), ...details, ...nested].join(' | ');
}

/** A loader for the given documents (URL to object), for did:key and for nothing else. */
export function loaderFor(documents) {
  return async url => {
    const [base, fragment] = url.split('#');
    const known = documents[url] ?? documents[base] ?? await didKeyDocument(base);
    if(!known) {
      throw new Error(`not given to the loader: ${url}`);
    }
    const document = fragment && !documents[url] ? methodOf(known, url) : known;
    return {contextUrl: null, documentUrl: url, document, tag: 'static'};
  };
}

function methodOf(document, id) {
  const method = (document.verificationMethod ?? []).find(entry => entry.id === id);
  if(!method) {
    throw new Error(`not in the DID document: ${id}`);
  }
  return {'@context': MULTIKEY_CONTEXT, ...method};
}

async function didKeyDocument(did) {
  if(!did.startsWith('did:key:')) {
    return undefined;
  }
  return didDocument(did, {
    id: `${did}#${did.slice('did:key:'.length)}`, publicKeyMultibase: did.slice('did:key:'.length)
  });
}

/** A DID document with one Multikey, good for credentials and presentations. */
export function didDocument(did, {id, publicKeyMultibase}) {
  return {
    '@context': [DID_CONTEXT, MULTIKEY_CONTEXT],
    id: did,
    verificationMethod: [{id, type: 'Multikey', controller: did, publicKeyMultibase}],
    assertionMethod: [id],
    authentication: [id]
  };
}

const ECDSA = {cryptosuite: ecdsaRdfc2019, generate: EcdsaMultikey.generate};

/** By the name of the key's curve. */
export const SUITES = {
  'Ed25519': {cryptosuite: eddsaRdfc2022, generate: Ed25519Multikey.generate},
  'P-256': {...ECDSA, keyOptions: {curve: 'P-256'}},
  'P-384': {...ECDSA, keyOptions: {curve: 'P-384'}}
};

/** Every suite that a verifier of ours or of theirs may meet. */
export function verifyingSuites() {
  return [
    new DataIntegrityProof({cryptosuite: eddsaRdfc2022}),
    new DataIntegrityProof({cryptosuite: ecdsaRdfc2019}),
    new Ed25519Signature2020()
  ];
}
